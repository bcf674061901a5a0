"""Baselines are held against the source data by a job; those that there are, soon."""

import django.db.models.deletion
from django.db import migrations, models

ASK = """
INSERT INTO metrics_driftcheck (baseline_id, asked_at, changed) SELECT id, now(), false FROM metrics_baseline;
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0013_whose_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="DriftCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField(null=True, verbose_name="asked")),
                ("checked_at", models.DateTimeField(null=True, verbose_name="checked")),
                (
                    "present",
                    models.DecimalField(decimal_places=10, max_digits=30, null=True, verbose_name="present value"),
                ),
                ("changed", models.BooleanField(default=False, verbose_name="changed")),
                ("version", models.IntegerField(null=True, verbose_name="definition version")),
                (
                    "baseline",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="drift_check", to="metrics.baseline"
                    ),
                ),
            ],
            options={
                "verbose_name": "drift check",
                "verbose_name_plural": "drift checks",
            },
        ),
        migrations.RunSQL(ASK, migrations.RunSQL.noop),
    ]
