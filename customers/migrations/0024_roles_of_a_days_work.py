from django.db import migrations

from crm.common.permissions import grant, revoke

WORK = [
    "customers.view_task",
    "customers.add_task",
    "customers.change_task",
    "customers.add_note",
    "customers.change_note",
    "customers.add_attachment",
    "customers.delete_attachment",
    "customers.add_tag",
    "customers.export_customer",
]
GRANTS = {
    "sales": WORK,
    "service": WORK[:-1],
    "manager": [*WORK, "customers.view_all_tasks", "customers.change_tag", "accounts.share_savedview"],
}


class Migration(migrations.Migration):
    dependencies = [("customers", "0023_a_days_work"), ("accounts", "0005_views_and_notices")]
    operations = [migrations.RunPython(grant(GRANTS), revoke(GRANTS))]
