"""Baselines say how their hash was made and when they were judged; those there are keep what they were frozen with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metrics", "0007_installed_from_declarations")]
    operations = [
        migrations.AddField(
            model_name="baseline",
            name="hash_scheme",
            field=models.SmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="baseline",
            name="judged_at",
            field=models.DateTimeField(null=True, verbose_name="judged at"),
        ),
    ]
