from django.db import migrations

from crm.common.permissions import grant, revoke

GRANTS = {
    "manager": [
        "metrics.view_dashboard",
        "metrics.freeze_baseline",
        "metrics.set_target",
        "metrics.view_roi",
        "metrics.change_roi",
        "metrics.change_rollout",
        "metrics.change_otherchange",
    ],
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_roles"),
        ("metrics", "0004_baselines_are_frozen"),
    ]

    operations = [migrations.RunPython(grant(GRANTS), revoke(GRANTS))]
