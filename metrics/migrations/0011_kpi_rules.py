"""KPI rules are rows. The environment gives the first, for a database in use those that its figures were made by."""

from typing import Any

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import migrations, models

from crm.common.operation_rows import InRows

RANGES = {
    "answer_within_s": ("KPI_ANSWER_WITHIN_S", 1, 3600),
    "short_abandon_s": ("KPI_SHORT_ABANDON_S", 0, 3600),
    "repeat_window_hours": ("KPI_REPEAT_WINDOW_HOURS", 1, 2160),
}
REFUSE = """
CREATE FUNCTION metrics_kpirules_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'KPI rules are kept as they were: % refused', TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'Add a version; the newest is in force.';
END $$;
COMMENT ON FUNCTION metrics_kpirules_are_kept() IS 'engine: refuses to change or remove a version of the KPI rules';
CREATE TRIGGER metrics_kpirules_no_change BEFORE UPDATE OR DELETE ON metrics_kpirules
  FOR EACH ROW EXECUTE FUNCTION metrics_kpirules_are_kept();
CREATE TRIGGER metrics_kpirules_no_truncate BEFORE TRUNCATE ON metrics_kpirules
  FOR EACH STATEMENT EXECUTE FUNCTION metrics_kpirules_are_kept();
"""
ALLOW = """
DROP TRIGGER metrics_kpirules_no_change ON metrics_kpirules;
DROP TRIGGER metrics_kpirules_no_truncate ON metrics_kpirules;
DROP FUNCTION metrics_kpirules_are_kept();
"""


def first_values(apps: Any, schema_editor: Any) -> None:
    values = settings.KPI_FIRST_RULES
    for name, (variable, smallest, largest) in RANGES.items():
        if not smallest <= values[name] <= largest:
            raise ImproperlyConfigured(f"{variable} is {values[name]}; it can be from {smallest} to {largest}.")
    rules = apps.get_model("metrics", "KpiRules").objects.using(schema_editor.connection.alias)
    rules.create(**values, reason="The first, from the environment.")


class Migration(InRows):
    dependencies = [
        ("metrics", "0010_audit"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KpiRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answer_within_s", models.PositiveIntegerField(verbose_name="in time within (s)")),
                ("short_abandon_s", models.PositiveIntegerField(verbose_name="wrong number below (s)")),
                ("repeat_window_hours", models.PositiveIntegerField(verbose_name="repeat window (h)")),
                ("reason", models.TextField(verbose_name="reason")),
                ("set_at", models.DateTimeField(auto_now_add=True, verbose_name="set")),
                (
                    "set_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="set by",
                    ),
                ),
            ],
            options={
                "verbose_name": "KPI rules",
                "verbose_name_plural": "KPI rules",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="KpiRulesEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("answer_within_s", models.PositiveIntegerField(verbose_name="in time within (s)")),
                ("short_abandon_s", models.PositiveIntegerField(verbose_name="wrong number below (s)")),
                ("repeat_window_hours", models.PositiveIntegerField(verbose_name="repeat window (h)")),
                ("reason", models.TextField(verbose_name="reason")),
                ("set_at", models.DateTimeField(auto_now_add=True, verbose_name="set")),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="metrics.kpirules",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="set by",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="kpirules",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer_within_s__range", (1, 3600))), name="kpi_rules_answer"
            ),
        ),
        migrations.AddConstraint(
            model_name="kpirules",
            constraint=models.CheckConstraint(
                condition=models.Q(("short_abandon_s__range", (0, 3600))), name="kpi_rules_abandon"
            ),
        ),
        migrations.AddConstraint(
            model_name="kpirules",
            constraint=models.CheckConstraint(
                condition=models.Q(("repeat_window_hours__range", (1, 2160))), name="kpi_rules_repeat"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="kpirules",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "metrics_kpirulesevent" ("answer_within_s", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "repeat_window_hours", "set_at", "set_by_id", "short_abandon_s") SELECT new_values."answer_within_s", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."repeat_window_hours", new_values."set_at", new_values."set_by_id", new_values."short_abandon_s" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="979494355d167896aec941bf8a462e4f3a09b2f6",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4adea",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="metrics_kpirules",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(REFUSE, ALLOW),
        migrations.RunPython(first_values, migrations.RunPython.noop),
    ]
