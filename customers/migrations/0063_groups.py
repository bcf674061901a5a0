"""Who belongs together: two small tables, empty at first."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0061_hygiene"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("parent", "Group of companies"), ("household", "Household"), ("buyer", "Same buyer")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("customer_id", models.BigIntegerField(verbose_name="customer")),
                ("root_id", models.BigIntegerField()),
                ("parent_id", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name": "member of a group",
                "verbose_name_plural": "members of groups",
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["root_id", "kind", "customer_id"], name="group_members")],
                "constraints": [models.UniqueConstraint(fields=("customer_id", "kind"), name="group_member_once")],
            },
        ),
        migrations.CreateModel(
            name="Relation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("parent", "Group of companies"), ("household", "Household"), ("buyer", "Same buyer")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("customer_id", models.BigIntegerField(verbose_name="customer")),
                ("to_id", models.BigIntegerField(verbose_name="related to")),
                ("at", models.DateTimeField(verbose_name="when")),
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
            ],
            options={
                "verbose_name": "relation",
                "verbose_name_plural": "relations",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="RelationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("parent", "Group of companies"), ("household", "Household"), ("buyer", "Same buyer")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("customer_id", models.BigIntegerField(verbose_name="customer")),
                ("to_id", models.BigIntegerField(verbose_name="related to")),
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
                        related_name="id_kind_customer_id_to_id_events",
                        to="customers.relation",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="relation",
            index=models.Index(fields=["to_id", "kind"], name="relation_to"),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.UniqueConstraint(fields=("customer_id", "kind", "to_id"), name="relation_once"),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "parent")), fields=("customer_id",), name="relation_one_parent"
            ),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.CheckConstraint(
                condition=models.Q(("customer_id", models.F("to_id")), _negated=True), name="relation_of_two"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="relation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_relationevent" ("customer_id", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "to_id") SELECT new_values."customer_id", new_values."id", new_values."kind", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."to_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="33ff0be9e9d4b0abb6165df7c6b3ec1d19eb6387",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_612d3",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="customers_relation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="relation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_relationevent" ("customer_id", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "to_id") SELECT old_values."customer_id", old_values."id", old_values."kind", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."to_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."customer_id" IS DISTINCT FROM (new_values."customer_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."to_id" IS DISTINCT FROM (new_values."to_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="a916f18f01967fbb292fc9523bef519bf4299be5",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_2664f",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="customers_relation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="relation",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_relationevent" ("customer_id", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "to_id") SELECT old_values."customer_id", old_values."id", old_values."kind", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."to_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="d8c0ec9295cfe52eb706330a5d3ba7b7e1d7d051",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7d6ba",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="customers_relation",
                    when="AFTER",
                ),
            ),
        ),
        *(
            migrations.RunSQL(
                f"CREATE INDEX relation_event_{name} ON customers_relationevent"
                f" ({name}_id, pgh_created_at DESC, pgh_id DESC)",
                f"DROP INDEX relation_event_{name}",
            )
            for name in ("customer", "to")
        ),
    ]
