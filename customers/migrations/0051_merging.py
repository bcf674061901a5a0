"""Merges, and the rows of the absorbed among the survivors'."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0050_cities_as_typed"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("survivor_id", models.BigIntegerField(verbose_name="survivor")),
                ("absorbed_id", models.BigIntegerField(verbose_name="absorbed")),
                ("root_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=300, verbose_name="name")),
                ("link_key", models.CharField(db_collation="C", editable=False, max_length=400, null=True)),
                ("snapshot", models.JSONField(default=dict, editable=False)),
                ("gave", models.JSONField(default=dict, editable=False)),
                ("moved", models.JSONField(default=dict, editable=False, verbose_name="moved")),
                (
                    "how",
                    models.CharField(
                        choices=[("hand", "by a person"), ("rule", "by a rule")],
                        default="hand",
                        max_length=10,
                        verbose_name="decided",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="MergedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("relation", models.CharField(db_collation="C", max_length=60)),
                ("row_id", models.BigIntegerField()),
                ("kept", models.JSONField(editable=False, null=True)),
                ("is_aside", models.BooleanField(db_default=False, default=False)),
                (
                    "merge",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="customers.merge",
                    ),
                ),
            ],
            options={
                "verbose_name": "row of a merge",
                "verbose_name_plural": "rows of merges",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="MergeEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("survivor_id", models.BigIntegerField(verbose_name="survivor")),
                ("absorbed_id", models.BigIntegerField(verbose_name="absorbed")),
                (
                    "how",
                    models.CharField(
                        choices=[("hand", "by a person"), ("rule", "by a rule")],
                        default="hand",
                        max_length=10,
                        verbose_name="decided",
                    ),
                ),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
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
                        related_name="id_survivor_id_absorbed_id_how_by_undone_at_undone_by_events",
                        to="customers.merge",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(condition=models.Q(("undone_at", None)), fields=["root_id"], name="merge_root"),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(condition=models.Q(("undone_at", None)), fields=["survivor_id"], name="merge_survivor"),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("absorbed_id",), name="merge_absorbed_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("link_key__isnull", False), ("undone_at", None)),
                fields=("link_key",),
                name="merge_link_key",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="merge",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_mergeevent" ("absorbed_id", "by_id", "how", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "survivor_id", "undone_at", "undone_by_id") SELECT new_values."absorbed_id", new_values."by_id", new_values."how", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."survivor_id", new_values."undone_at", new_values."undone_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="371bbc72617c8f55bfa0ca75e4656329e104924d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6998b",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="customers_merge",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="merge",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_mergeevent" ("absorbed_id", "by_id", "how", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "survivor_id", "undone_at", "undone_by_id") SELECT old_values."absorbed_id", old_values."by_id", old_values."how", old_values."id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."survivor_id", old_values."undone_at", old_values."undone_by_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."absorbed_id" IS DISTINCT FROM (new_values."absorbed_id") OR old_values."by_id" IS DISTINCT FROM (new_values."by_id") OR old_values."how" IS DISTINCT FROM (new_values."how") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."survivor_id" IS DISTINCT FROM (new_values."survivor_id") OR old_values."undone_at" IS DISTINCT FROM (new_values."undone_at") OR old_values."undone_by_id" IS DISTINCT FROM (new_values."undone_by_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="d50081f5293d4897e4f507d7b1ec86ff26b31ee8",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c9d35",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="customers_merge",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="mergedrow",
            index=models.Index(fields=["merge", "relation"], name="merged_row_merge"),
        ),
        migrations.AddConstraint(
            model_name="mergedrow",
            constraint=models.UniqueConstraint(fields=("relation", "row_id"), name="merged_row_once"),
        ),
        migrations.RunSQL(
            "CREATE INDEX merge_event_survivor ON customers_mergeevent (survivor_id, pgh_created_at DESC, pgh_id DESC)",
            "DROP INDEX merge_event_survivor",
        ),
    ]
