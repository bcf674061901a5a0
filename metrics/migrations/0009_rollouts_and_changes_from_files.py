"""The company as a whole can go live; a go-live has months of transition, another change a note."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metrics", "0008_baselines_by_rows"), ("accounts", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="otherchange", name="note", field=models.TextField(blank=True, default="", verbose_name="note")
        ),
        migrations.AddField(
            model_name="rollout",
            name="transition_months",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="months of transition"),
        ),
        migrations.AlterField(
            model_name="rollout",
            name="team",
            field=models.OneToOneField(
                blank=True,
                help_text="Empty: the company, for every team without a day of its own.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rollout",
                to="accounts.team",
                verbose_name="team",
            ),
        ),
        migrations.AddConstraint(
            model_name="rollout",
            constraint=models.UniqueConstraint(
                fields=("team",), name="rollout_of_the_company_once", nulls_distinct=False
            ),
        ),
    ]
