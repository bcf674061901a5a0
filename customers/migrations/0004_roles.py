from django.db import migrations

from crm.common.permissions import grant, revoke

WORK = [
    "customers.view_customer",
    "customers.add_customer",
    "customers.change_customer",
    "customers.add_interaction",
    "customers.view_tier",
]
GRANTS = {
    "sales": WORK,
    "service": WORK,
    "manager": [*WORK, "customers.export_customer", "customers.import_data", "customers.publish_tier"],
}


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_tiers"), ("accounts", "0002_roles")]
    operations = [migrations.RunPython(grant(GRANTS), revoke(GRANTS))]
