"""What fields weigh in the hygiene of customers' data, and how long a customer is fresh: rules of a KPI, as others are.

Every version has the values that a new database begins with: no figure rested on them before.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from crm.common.operation_rows import InRows

FIRST = {
    "hygiene_name": 3, "hygiene_tax_id": 4, "hygiene_email": 5, "hygiene_phone": 5, "hygiene_address": 2,
    "hygiene_city": 3, "hygiene_region": 1, "hygiene_country": 3, "hygiene_postcode": 2, "hygiene_industry": 2,
    "hygiene_language": 1, "hygiene_birth_date": 1, "hygiene_unique": 5, "hygiene_fresh": 5,
    "hygiene_fresh_months": 12,
}  # fmt: skip
COLUMNS = sorted(
    (*FIRST, "answer_within_s", "repeat_window_hours", "short_abandon_s", "reason", "set_at", "set_by_id", "id")
)
TOLD = {"pgh_context_id": "_pgh_attached_context.value", "pgh_created_at": "NOW()", "pgh_label": "'insert'"} | {
    "pgh_obj_id": 'new_values."id"', **{name: f'new_values."{name}"' for name in COLUMNS}
}  # fmt: skip
EVENT = (
    "WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "
    f'"metrics_kpirulesevent" ({", ".join(f"{chr(34)}{name}{chr(34)}" for name in sorted(TOLD))}) '
    f"SELECT {', '.join(TOLD[name] for name in sorted(TOLD))} FROM ( SELECT new_values.* FROM new_values  ) "
    "AS new_values, _pgh_attached_context; RETURN NULL;"
)


def constraint(rule):
    name = f"kpi_rules_{rule.removeprefix('hygiene_')}"
    least, most = (1, 120) if rule == "hygiene_fresh_months" else (0, 100)
    condition = models.Q((f"{rule}__range", (least, most)))
    return migrations.AddConstraint("kpirules", models.CheckConstraint(condition=condition, name=name))


class Migration(InRows):
    dependencies = [
        ("customers", "0061_hygiene"),
        ("metrics", "0017_month_rollups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="kpirules", name="insert_insert"),
        *(
            migrations.AddField(model, rule, models.PositiveSmallIntegerField(default=first, db_default=first))
            for model in ("kpirules", "kpirulesevent")
            for rule, first in FIRST.items()
        ),
        *(constraint(rule) for rule in FIRST),
        pgtrigger.migrations.AddTrigger(
            model_name="kpirules",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func=EVENT,
                    hash="b7c428ba42dbfdeb7943a9d11fdc62592eaed54d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4adea",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="metrics_kpirules",
                    when="AFTER",
                ),
            ),
        ),
    ]
