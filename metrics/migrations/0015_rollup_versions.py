"""The versions of rollups that are kept are rows; marks may speak of one of them. What was built stays as it is."""

from typing import Any

from django.db import migrations, models

# What was noted as "rollup:<source>:<version>" before; numbers and rules as the sources were declared then.
SOURCES = {
    "call": (1, ("answer_within_s", "short_abandon_s")),
    "issue": (2, ("repeat_window_hours",)),
    "survey": (3, ()),
    "order": (4, ()),
    "order_line": (5, ()),
    "invoice": (6, ()),
    "ledger": (7, ()),
}
BUILT = "rollup:"
REMOVE_UNKNOWN = """
DELETE FROM metrics_rollup r WHERE NOT EXISTS (
  SELECT 1 FROM metrics_rollupversion v WHERE v.source = r.source AND v.version = r.version)"""


def take_over(apps: Any, schema_editor: Any) -> None:
    database = schema_editor.connection.alias

    def rows(name: str) -> Any:
        return apps.get_model("metrics", name).objects.using(database)

    in_force = rows("KpiRules").order_by("-id").first()
    for clock in rows("Clock").filter(key__startswith=BUILT):
        key, version = clock.key.removeprefix(BUILT).rsplit(":", 1)
        if key in SOURCES:
            number, rules = SOURCES[key]
            asked = rows("Mark").filter(source=number, channel="*").exists()
            rows("RollupVersion").create(
                source=number,
                version=int(version),
                revision=int(version) if int(version) < 1_000_000 else int(version) // 1_000_000,
                rules={name: getattr(in_force, name) for name in rules},
                whole_at=None if asked else clock.done_until,
            )
    rows("Clock").filter(key__startswith=BUILT).delete()
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(REMOVE_UNKNOWN)


class Migration(migrations.Migration):
    dependencies = [("metrics", "0014_drift_checks")]
    operations = [
        migrations.AddField(
            model_name="mark",
            name="version",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="RollupVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.SmallIntegerField()),
                ("version", models.IntegerField()),
                ("revision", models.IntegerField()),
                ("rules", models.JSONField(default=dict)),
                ("whole_at", models.DateTimeField(null=True)),
                ("reached", models.BooleanField(default=True)),
                ("behind_since", models.DateTimeField(null=True)),
                ("going", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "version of the rollups",
                "verbose_name_plural": "versions of the rollups",
                "ordering": ("source", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=["source", "version"], name="rollup_version_unique"),
                ],
            },
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
