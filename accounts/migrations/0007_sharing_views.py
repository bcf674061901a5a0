from django.db import migrations

from crm.common.permissions import grant, revoke

GRANTS = {"manager": ["accounts.share_savedview"]}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_digest")]

    operations = [migrations.RunPython(grant(GRANTS), revoke(GRANTS))]
