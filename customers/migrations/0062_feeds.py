"""Feeds: folders and addresses that are read on a schedule. New tables, empty at first."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import crm.common.kinds


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0060_privacy"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=crm.common.kinds.import_kinds, max_length=20, verbose_name="what it holds"
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        choices=[("folder", "a folder on the server"), ("address", "an HTTPS address")],
                        max_length=10,
                        verbose_name="where it is",
                    ),
                ),
                ("folder", models.CharField(blank=True, max_length=500, verbose_name="folder")),
                ("inside", models.CharField(blank=True, max_length=300, verbose_name="folder inside it")),
                ("pattern", models.CharField(blank=True, default="*", max_length=100, verbose_name="names of files")),
                ("url", models.CharField(blank=True, max_length=2000, verbose_name="address")),
                (
                    "sign_in",
                    models.CharField(
                        choices=[("none", "nothing"), ("basic", "name and password"), ("bearer", "a token")],
                        default="none",
                        max_length=10,
                        verbose_name="signs in with",
                    ),
                ),
                ("username", models.CharField(blank=True, max_length=200, verbose_name="user name")),
                ("secret", models.TextField(blank=True, editable=False)),
                ("secret_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "schedule",
                    models.CharField(
                        choices=[
                            ("minutes", "every so many minutes"),
                            ("hourly", "every full hour"),
                            ("daily", "once a day"),
                        ],
                        default="hourly",
                        max_length=10,
                        verbose_name="read",
                    ),
                ),
                ("every_minutes", models.PositiveSmallIntegerField(default=15, verbose_name="minutes")),
                ("daily_at", models.TimeField(blank=True, null=True, verbose_name="at")),
                ("is_active", models.BooleanField(default=True, editable=False, verbose_name="in use")),
                ("mapping", models.JSONField(blank=True, editable=False, null=True)),
                ("created_at", models.DateTimeField(editable=False, verbose_name="made")),
                ("headers", models.JSONField(blank=True, default=list, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("reading", "reading"), ("failed", "failed")],
                        default="waiting",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("next_at", models.DateTimeField(editable=False, verbose_name="next look")),
                ("looked_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last look")),
                ("error", models.TextField(blank=True, editable=False, verbose_name="error")),
                ("failed_since", models.DateTimeField(blank=True, editable=False, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("etag", models.CharField(blank=True, editable=False, max_length=500)),
                ("last_modified", models.CharField(blank=True, editable=False, max_length=100)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feeds",
                        to="customers.sourcesystem",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "feed",
                "verbose_name_plural": "feeds",
                "ordering": ("name", "id"),
                "permissions": [("manage_feeds", "Can set up feeds")],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="FeedEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=crm.common.kinds.import_kinds, max_length=20, verbose_name="what it holds"
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        choices=[("folder", "a folder on the server"), ("address", "an HTTPS address")],
                        max_length=10,
                        verbose_name="where it is",
                    ),
                ),
                ("folder", models.CharField(blank=True, max_length=500, verbose_name="folder")),
                ("inside", models.CharField(blank=True, max_length=300, verbose_name="folder inside it")),
                ("pattern", models.CharField(blank=True, default="*", max_length=100, verbose_name="names of files")),
                ("url", models.CharField(blank=True, max_length=2000, verbose_name="address")),
                (
                    "sign_in",
                    models.CharField(
                        choices=[("none", "nothing"), ("basic", "name and password"), ("bearer", "a token")],
                        default="none",
                        max_length=10,
                        verbose_name="signs in with",
                    ),
                ),
                ("username", models.CharField(blank=True, max_length=200, verbose_name="user name")),
                ("secret_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "schedule",
                    models.CharField(
                        choices=[
                            ("minutes", "every so many minutes"),
                            ("hourly", "every full hour"),
                            ("daily", "once a day"),
                        ],
                        default="hourly",
                        max_length=10,
                        verbose_name="read",
                    ),
                ),
                ("every_minutes", models.PositiveSmallIntegerField(default=15, verbose_name="minutes")),
                ("daily_at", models.TimeField(blank=True, null=True, verbose_name="at")),
                ("is_active", models.BooleanField(default=True, editable=False, verbose_name="in use")),
                ("mapping", models.JSONField(blank=True, editable=False, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
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
                        related_name="id_name_system_kind_place_folder_inside_pattern_url_sign_in_username_secret_at_schedule_every_minutes_daily_at_is_active_mapping_owner_events",
                        to="customers.feed",
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
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FeedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=255, verbose_name="file")),
                ("size", models.BigIntegerField(default=0, verbose_name="size")),
                ("mtime_ns", models.BigIntegerField(blank=True, null=True)),
                ("digest", models.CharField(blank=True, db_collation="C", max_length=64)),
                ("etag", models.CharField(blank=True, max_length=500)),
                ("last_modified", models.CharField(blank=True, max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("resting", "may still be being written"),
                            ("reading", "being read"),
                            ("done", "read"),
                            ("failed", "failed"),
                            ("same", "the same as the file before"),
                            ("left", "left out"),
                        ],
                        default="resting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("error", models.TextField(blank=True, verbose_name="error")),
                ("again", models.BooleanField(default=False)),
                ("seen_at", models.DateTimeField(verbose_name="seen")),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="feed_files",
                        to="customers.importbatch",
                    ),
                ),
                (
                    "feed",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="customers.feed",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of a feed",
                "verbose_name_plural": "files of feeds",
                "ordering": ("-id",),
                "default_permissions": ("view",),
            },
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("place", "folder"), models.Q(("folder", ""), _negated=True)),
                    models.Q(("place", "address"), models.Q(("url", ""), _negated=True)),
                    _connector="OR",
                ),
                name="feed_is_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="feed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("schedule", "daily"), _negated=True), ("daily_at__isnull", False), _connector="OR"
                ),
                name="feed_daily_at",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feed",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_feedevent" ("daily_at", "every_minutes", "folder", "id", "inside", "is_active", "kind", "mapping", "name", "owner_id", "pattern", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "schedule", "secret_at", "sign_in", "system_id", "url", "username") SELECT new_values."daily_at", new_values."every_minutes", new_values."folder", new_values."id", new_values."inside", new_values."is_active", new_values."kind", new_values."mapping", new_values."name", new_values."owner_id", new_values."pattern", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."schedule", new_values."secret_at", new_values."sign_in", new_values."system_id", new_values."url", new_values."username" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="01e2295883ddec9c6d1ecbeeda15fc3fcf5c862c",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7cf01",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="customers_feed",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feed",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_feedevent" ("daily_at", "every_minutes", "folder", "id", "inside", "is_active", "kind", "mapping", "name", "owner_id", "pattern", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "schedule", "secret_at", "sign_in", "system_id", "url", "username") SELECT old_values."daily_at", old_values."every_minutes", old_values."folder", old_values."id", old_values."inside", old_values."is_active", old_values."kind", old_values."mapping", old_values."name", old_values."owner_id", old_values."pattern", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."place", old_values."schedule", old_values."secret_at", old_values."sign_in", old_values."system_id", old_values."url", old_values."username" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."daily_at" IS DISTINCT FROM (new_values."daily_at") OR old_values."every_minutes" IS DISTINCT FROM (new_values."every_minutes") OR old_values."folder" IS DISTINCT FROM (new_values."folder") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."inside" IS DISTINCT FROM (new_values."inside") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."mapping" IS DISTINCT FROM (new_values."mapping") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."owner_id" IS DISTINCT FROM (new_values."owner_id") OR old_values."pattern" IS DISTINCT FROM (new_values."pattern") OR old_values."place" IS DISTINCT FROM (new_values."place") OR old_values."schedule" IS DISTINCT FROM (new_values."schedule") OR old_values."secret_at" IS DISTINCT FROM (new_values."secret_at") OR old_values."sign_in" IS DISTINCT FROM (new_values."sign_in") OR old_values."system_id" IS DISTINCT FROM (new_values."system_id") OR old_values."url" IS DISTINCT FROM (new_values."url") OR old_values."username" IS DISTINCT FROM (new_values."username")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="29336a07abe6dcd2b6054acc913c213a2f660372",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b4cb1",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="customers_feed",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feed",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_feedevent" ("daily_at", "every_minutes", "folder", "id", "inside", "is_active", "kind", "mapping", "name", "owner_id", "pattern", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "schedule", "secret_at", "sign_in", "system_id", "url", "username") SELECT old_values."daily_at", old_values."every_minutes", old_values."folder", old_values."id", old_values."inside", old_values."is_active", old_values."kind", old_values."mapping", old_values."name", old_values."owner_id", old_values."pattern", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."place", old_values."schedule", old_values."secret_at", old_values."sign_in", old_values."system_id", old_values."url", old_values."username" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="d87e9607945a8d5fa580eb8f0ea20d8c0f9a6ea3",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_10789",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="customers_feed",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="feedfile",
            index=models.Index(fields=["feed", "name", "-id"], name="feed_file_name"),
        ),
        migrations.AddIndex(
            model_name="feedfile",
            index=models.Index(fields=["feed", "-id"], name="feed_file_of_feed"),
        ),
        migrations.AddIndex(
            model_name="feedfile",
            index=models.Index(
                condition=models.Q(("state__in", ["reading", "failed"])),
                fields=["feed", "id"],
                name="feed_file_unfinished",
            ),
        ),
    ]
