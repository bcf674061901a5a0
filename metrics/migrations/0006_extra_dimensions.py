"""Cells may carry dimensions that only their source has, as one text; sources are known by number alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0005_roles"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="rollup",
            name="rollup_cell_unique",
        ),
        migrations.AddField(
            model_name="mark",
            name="extra",
            field=models.TextField(blank=True, db_collation="C", db_default="", default=""),
        ),
        migrations.AddField(
            model_name="rollup",
            name="extra",
            field=models.TextField(blank=True, db_collation="C", db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="mark",
            name="source",
            field=models.SmallIntegerField(),
        ),
        migrations.AlterField(
            model_name="rollup",
            name="source",
            field=models.SmallIntegerField(),
        ),
        migrations.AddConstraint(
            model_name="rollup",
            constraint=models.UniqueConstraint(
                fields=("source", "version", "day", "team_id", "channel", "tier_id", "product_group_id", "extra"),
                name="rollup_cell_unique",
            ),
        ),
    ]
