"""Rules of survivorship, since when a record says a value, and who typed it: all comes empty."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0057_repairs"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="sourcerecord",
            name="released",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="sourcerecord",
            name="typed_by",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="sourcerecord",
            name="value_times",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="trustchange",
            name="system",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="customers.sourcesystem",
            ),
        ),
        migrations.CreateModel(
            name="SurvivorshipRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(editable=False, max_length=20, unique=True, verbose_name="field")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("ranked", "most trusted source"),
                            ("newest", "newest value"),
                            ("longest", "longest value"),
                            ("most_frequent", "most frequent value"),
                        ],
                        default="ranked",
                        max_length=20,
                        verbose_name="rule",
                    ),
                ),
                (
                    "systems",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="order of its own",
                    ),
                ),
                ("changed_at", models.DateTimeField(editable=False, verbose_name="changed")),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "survivorship rule",
                "verbose_name_plural": "survivorship rules",
                "default_permissions": ("view", "change"),
            },
        ),
        migrations.CreateModel(
            name="SurvivorshipRuleEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("field", models.CharField(editable=False, max_length=20, verbose_name="field")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("ranked", "most trusted source"),
                            ("newest", "newest value"),
                            ("longest", "longest value"),
                            ("most_frequent", "most frequent value"),
                        ],
                        default="ranked",
                        max_length=20,
                        verbose_name="rule",
                    ),
                ),
                (
                    "systems",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="order of its own",
                    ),
                ),
                ("changed_at", models.DateTimeField(editable=False, verbose_name="changed")),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
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
                        to="customers.survivorshiprule",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="survivorshiprule",
            constraint=models.CheckConstraint(
                condition=models.Q(("rule", "ranked"), ("systems", []), _connector="OR"),
                name="survivorship_order_of_ranked",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="survivorshiprule",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_survivorshipruleevent" ("changed_at", "changed_by_id", "field", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "systems") SELECT new_values."changed_at", new_values."changed_by_id", new_values."field", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."rule", new_values."systems" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="10b590938502c8e5c5fd2610684acfbf16e46eb8",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_eaf0a",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="customers_survivorshiprule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="survivorshiprule",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_survivorshipruleevent" ("changed_at", "changed_by_id", "field", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule", "systems") SELECT old_values."changed_at", old_values."changed_by_id", old_values."field", old_values."id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."rule", old_values."systems" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="5228e6b82d864aa6c5ea1029783acf7660af39ef",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_84afd",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="customers_survivorshiprule",
                    when="AFTER",
                ),
            ),
        ),
    ]
