"""One ledger is the company's: how far a month of each system counts follows from trust and from named shares.

A view is the rule; triggers write it into the months that differ, whoever changed a month, a share or a system's rank.
They take turns (`crm.common.locks.LEDGERS`), so of two who deliver one month the second sees the first.
"""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from crm.common.operation_rows import InRows

COUNTED = """
CREATE VIEW ledger_as_counted AS
SELECT m.id, coalesce(named.share, CASE WHEN row_number() OVER trusted = 1 THEN 1 ELSE 0 END)::numeric(5,4) AS share
FROM metrics_ledgermonth m
JOIN customers_sourcesystem s ON s.id = m.system_id
LEFT JOIN metrics_ledgershare named ON named.system_id = m.system_id
WINDOW trusted AS (PARTITION BY m.month, named.id IS NULL ORDER BY s.rank, s.key);
COMMENT ON VIEW ledger_as_counted IS
  'kpis: how far a ledger month counts: by the share named for its system, else whole where it is the most trusted of the rest';

CREATE FUNCTION crm_count_ledgers() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_advisory_xact_lock(53, 0);
  UPDATE metrics_ledgermonth m SET share = c.share FROM ledger_as_counted c WHERE c.id = m.id AND m.share <> c.share;
END $$;
COMMENT ON FUNCTION crm_count_ledgers IS 'kpis: writes ledger_as_counted into the months, as far as they differ';

CREATE FUNCTION metrics_ledger_derive() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM crm_count_ledgers();
  RETURN NULL;
END $$;
COMMENT ON FUNCTION metrics_ledger_derive IS 'kpis: lets the months count as they should after a statement';

CREATE TRIGGER metrics_ledgermonth_derive AFTER INSERT OR UPDATE OR DELETE ON metrics_ledgermonth
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION metrics_ledger_derive();
CREATE TRIGGER metrics_ledgershare_derive AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON metrics_ledgershare
  FOR EACH STATEMENT EXECUTE FUNCTION metrics_ledger_derive();
CREATE TRIGGER customers_sourcesystem_ledgers AFTER UPDATE OF rank, key ON customers_sourcesystem
  FOR EACH STATEMENT EXECUTE FUNCTION metrics_ledger_derive();

SELECT crm_count_ledgers();
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
"""
NOT_COUNTED = """
DROP TRIGGER customers_sourcesystem_ledgers ON customers_sourcesystem;
DROP TRIGGER metrics_ledgershare_derive ON metrics_ledgershare;
DROP TRIGGER metrics_ledgermonth_derive ON metrics_ledgermonth;
DROP FUNCTION metrics_ledger_derive(); DROP FUNCTION crm_count_ledgers(); DROP VIEW ledger_as_counted;
"""


class Migration(InRows):
    dependencies = [
        ("customers", "0021_point_marks_and_trust_changes"),
        ("metrics", "0012_nightly_checks"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="ledgermonth",
            name="share",
            field=models.DecimalField(
                db_default=1,
                decimal_places=4,
                default=1,
                editable=False,
                max_digits=5,
                verbose_name="share that counts",
            ),
        ),
        migrations.CreateModel(
            name="LedgerShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "share",
                    models.DecimalField(
                        decimal_places=4,
                        help_text="How far its months count to the company's figures, from 0 to 1.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="share",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("set_at", models.DateTimeField(auto_now=True, verbose_name="set")),
                (
                    "set_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "system",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.sourcesystem",
                        verbose_name="finance system",
                    ),
                ),
            ],
            options={
                "verbose_name": "share of a ledger",
                "verbose_name_plural": "shares of ledgers",
                "ordering": ("system",),
            },
        ),
        migrations.CreateModel(
            name="LedgerShareEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "share",
                    models.DecimalField(
                        decimal_places=4,
                        help_text="How far its months count to the company's figures, from 0 to 1.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                        verbose_name="share",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("set_at", models.DateTimeField(auto_now=True, verbose_name="set")),
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
                        to="metrics.ledgershare",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="customers.sourcesystem",
                        verbose_name="finance system",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="ledgershare",
            constraint=models.CheckConstraint(
                condition=models.Q(("share__gte", 0), ("share__lte", 1)), name="ledger_share_from_0_to_1"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ledgershare",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "metrics_ledgershareevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "share", "system_id") SELECT new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."set_at", new_values."set_by_id", new_values."share", new_values."system_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="bf9fa00d78d7f0fc369a75919d1e7706c48dd400",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_eca70",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="metrics_ledgershare",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ledgershare",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "metrics_ledgershareevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "share", "system_id") SELECT old_values."id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."reason", old_values."set_at", old_values."set_by_id", old_values."share", old_values."system_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="f51d42a7cab2f21ff1e5e9fcf4697850fbbc3b50",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_53bd5",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="metrics_ledgershare",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ledgershare",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "metrics_ledgershareevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "set_at", "set_by_id", "share", "system_id") SELECT old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."set_at", old_values."set_by_id", old_values."share", old_values."system_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="c2db0b588573106f1dc321e8633c644b322f9abf",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_aaba0",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="metrics_ledgershare",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(COUNTED, NOT_COUNTED),
    ]
