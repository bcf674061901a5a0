from django.db import migrations

from crm.common.permissions import grant, revoke

GRANTS = {
    "sales": [],
    "service": [],
    "manager": ["accounts.view_user", "accounts.view_team"],
    "administrator": [
        "accounts.view_user",
        "accounts.add_user",
        "accounts.change_user",
        "accounts.delete_user",
        "accounts.view_team",
        "accounts.add_team",
        "accounts.change_team",
        "accounts.delete_team",
    ],
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant(GRANTS), revoke(GRANTS))]
