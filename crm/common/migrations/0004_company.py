"""The company's row. A database that has days already keeps the zone they are cut in; a new one takes the settings'."""

import re
from typing import Any

from django.conf import settings
from django.db import migrations, models

STORED_ZONE = "SELECT prosrc FROM pg_proc WHERE proname = 'crm_day'"


def first_values(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute(STORED_ZONE)
        row = cursor.fetchone()
    found = re.search(r"AT TIME ZONE '([^']+)'", row[0]) if row else None
    company = apps.get_model("common", "Company").objects.using(connection.alias)
    company.get_or_create(
        id=1, defaults={"time_zone": found[1] if found else settings.TIME_ZONE, "currency": settings.CRM_FIRST_CURRENCY}
    )


class Migration(migrations.Migration):
    dependencies = [("common", "0003_audit_entries")]
    operations = [
        migrations.CreateModel(
            name="Company",
            fields=[
                ("id", models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("time_zone", models.CharField(max_length=60, verbose_name="time zone")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("zone_changing_since", models.DateTimeField(blank=True, editable=False, null=True)),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
            ],
            options={
                "verbose_name": "company",
                "verbose_name_plural": "company",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="company_one_row")],
            },
        ),
        migrations.RunPython(first_values, migrations.RunPython.noop),
    ]
