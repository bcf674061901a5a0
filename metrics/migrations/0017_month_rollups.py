"""Of whole months sums are kept beside histograms, of every source; they are made anew by the next recompute.

The statements are executed as text, so that each is planned for as many rows as there are.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

OLD, NEW = "OLD TABLE AS old_rows", "NEW TABLE AS new_rows"
ROWS = {"INSERT": (f"REFERENCING {NEW}", ("new_rows",)), "UPDATE": (f"REFERENCING {OLD} {NEW}", ("old_rows", "new_rows")),
        "DELETE": (f"REFERENCING {OLD}", ("old_rows",))}  # fmt: skip


def name(event):
    return f"metrics_rollup_month_{event.lower()}"


def forgetting(event, *, table="metrics_monthrollup", only=""):
    referencing, tables = ROWS[event]
    months = " UNION ".join(
        f"SELECT source, version, date_trunc('month', day)::date FROM {rows}{only}" for rows in tables
    )
    return f"""
CREATE FUNCTION {name(event)}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE $sql$ DELETE FROM {table} m USING ({months}) t (source, version, day)
    WHERE m.source = t.source AND m.version = t.version AND m.day = t.day $sql$;
  RETURN NULL;
END $$;
CREATE TRIGGER {name(event)} AFTER {event} ON metrics_rollup {referencing}
FOR EACH STATEMENT EXECUTE FUNCTION {name(event)}();"""


def forgetting_histograms(event):
    return forgetting(event, table="metrics_monthhistogram", only=" WHERE histogram IS NOT NULL")


def not_forgetting(event):
    return f"DROP TRIGGER {name(event)} ON metrics_rollup; DROP FUNCTION {name(event)}();"


GONE = "".join(map(not_forgetting, ROWS))


class Migration(migrations.Migration):
    dependencies = [("metrics", "0016_histograms_of_months")]
    operations = [
        migrations.RunSQL(GONE, "".join(map(forgetting_histograms, ROWS))),
        migrations.DeleteModel("MonthHistogram"),
        migrations.CreateModel(
            name="MonthRollup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.SmallIntegerField()),
                ("day", models.DateField()),
                ("team_id", models.IntegerField(default=0)),
                ("channel", models.CharField(blank=True, db_collation="C", default="", max_length=12)),
                ("tier_id", models.IntegerField(default=0)),
                ("product_group_id", models.IntegerField(default=0)),
                ("extra", models.TextField(blank=True, db_collation="C", db_default="", default="")),
                ("version", models.IntegerField()),
                ("whole", models.BooleanField(default=False)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                (
                    "sums",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=0, max_digits=40), size=None
                    ),
                ),
                (
                    "histogram",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), null=True, size=None),
                ),
            ],
            options={
                "verbose_name": "rollup of a month",
                "verbose_name_plural": "rollups of months",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "source",
                            "version",
                            "day",
                            "whole",
                            "team_id",
                            "channel",
                            "tier_id",
                            "product_group_id",
                            "extra",
                        ),
                        name="month_rollup_unique",
                    )
                ],
            },
        ),
        migrations.RunSQL("".join(map(forgetting, ROWS)), GONE),
    ]
