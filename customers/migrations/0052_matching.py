"""Possible duplicates, what people said of them, and who may merge."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from crm.common.permissions import grant, revoke

MERGE = ["customers.merge_customer"]
GRANTS = {"sales": MERGE, "service": MERGE, "manager": MERGE}


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0051_merging"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="customer",
            options={
                "permissions": [("export_customer", "Can export customers"), ("merge_customer", "Can merge customers")],
                "verbose_name": "customer",
                "verbose_name_plural": "customers",
            },
        ),
        migrations.AddField(
            model_name="merge",
            name="chosen",
            field=models.JSONField(db_default={}, default=dict, editable=False),
        ),
        migrations.CreateModel(
            name="MatchRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[("look", "look for duplicates"), ("merge", "merge the proposed")],
                        default="look",
                        max_length=10,
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[("person", "asked for"), ("night", "every night"), ("command", "by command")],
                        default="person",
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "queued"), ("working", "working"), ("done", "done"), ("failed", "failed")],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("asked", models.JSONField(default=dict)),
                ("stage", models.CharField(blank=True, max_length=30)),
                ("progress", models.JSONField(default=dict)),
                ("after", models.JSONField(default=list)),
                ("total", models.PositiveIntegerField(default=0)),
                ("proposed", models.PositiveIntegerField(default=0)),
                ("withdrawn", models.PositiveIntegerField(default=0)),
                ("merged", models.PositiveIntegerField(default=0)),
                ("skipped", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(verbose_name="when")),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "look for duplicates",
                "verbose_name_plural": "looks for duplicates",
                "ordering": ("-id",),
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("left_id", models.BigIntegerField()),
                ("right_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("organization", "organization"), ("person", "person")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("score", models.FloatField(verbose_name="probability")),
                ("evidence", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "to be decided"),
                            ("later", "put off"),
                            ("merged", "merged"),
                            ("different", "not the same"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="when decided")),
                ("merge_id", models.BigIntegerField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="customers.matchrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "possible duplicate",
                "verbose_name_plural": "possible duplicates",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="MergeRule",
            fields=[
                ("id", models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("is_on", models.BooleanField(default=False, verbose_name="merge by itself")),
                ("least", models.FloatField(default=0.99, verbose_name="from this probability on")),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
                (
                    "changed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "rule of merging",
                "verbose_name_plural": "rule of merging",
                "default_permissions": ("view", "change"),
            },
        ),
        migrations.CreateModel(
            name="MergeRuleEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.SmallIntegerField(default=1, editable=False, serialize=False)),
                ("is_on", models.BooleanField(default=False, verbose_name="merge by itself")),
                ("least", models.FloatField(default=0.99, verbose_name="from this probability on")),
                (
                    "changed_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                        related_name="id_is_on_least_changed_by_events",
                        to="customers.mergerule",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="matchrun",
            index=models.Index(
                condition=models.Q(("state__in", ("queued", "working"))), fields=["id"], name="match_run_unfinished"
            ),
        ),
        migrations.AddIndex(
            model_name="match",
            index=models.Index(
                condition=models.Q(("state", "proposed")), fields=["-score", "-id"], name="match_to_decide"
            ),
        ),
        migrations.AddIndex(
            model_name="match",
            index=models.Index(
                condition=models.Q(("state", "proposed")),
                fields=["kind", "-score", "-id"],
                name="match_to_decide_of_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="match",
            index=models.Index(fields=["right_id"], name="match_right"),
        ),
        migrations.AddIndex(
            model_name="match",
            index=models.Index(condition=models.Q(("state", "different")), fields=["left_id"], name="match_different"),
        ),
        migrations.AddIndex(
            model_name="match",
            index=models.Index(condition=models.Q(("state", "later")), fields=["-score", "-id"], name="match_put_off"),
        ),
        migrations.AddIndex(
            model_name="match",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False)), fields=["-decided_at", "-id"], name="match_decided"
            ),
        ),
        migrations.AddIndex(
            model_name="match",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", False)),
                fields=["decided_by", "-decided_at", "-id"],
                name="match_decided_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.UniqueConstraint(fields=("left_id", "right_id"), name="match_once"),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.CheckConstraint(
                condition=models.Q(("left_id__lt", models.F("right_id"))), name="match_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="mergerule",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="merge_rule_one_row"),
        ),
        migrations.AddConstraint(
            model_name="mergerule",
            constraint=models.CheckConstraint(
                condition=models.Q(("least__gte", 0.9), ("least__lte", 1)), name="merge_rule_least"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mergerule",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_mergeruleevent" ("changed_by_id", "id", "is_on", "least", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."changed_by_id", new_values."id", new_values."is_on", new_values."least", _pgh_attached_context.value, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="0c7fa413c33446cc19da60576afb348944e239bf",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ffe47",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="customers_mergerule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mergerule",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_mergeruleevent" ("changed_by_id", "id", "is_on", "least", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."changed_by_id", old_values."id", old_values."is_on", old_values."least", _pgh_attached_context.value, NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."changed_by_id" IS DISTINCT FROM (new_values."changed_by_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_on" IS DISTINCT FROM (new_values."is_on") OR old_values."least" IS DISTINCT FROM (new_values."least")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="40c8094a06a3a7728638ceacf9f881924d43cc26",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_707e3",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="customers_mergerule",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunPython(grant(GRANTS), revoke(GRANTS)),
    ]
