from django.db import migrations

from crm.common.permissions import grant, revoke

GRANTS = {role: ["service.view_surveyanswer"] for role in ("sales", "service", "manager")}


class Migration(migrations.Migration):
    dependencies = [("service", "0001_survey_answers"), ("accounts", "0002_roles")]
    operations = [migrations.RunPython(grant(GRANTS), revoke(GRANTS))]
