"""How clean customers' data is, kept: a row a customer, counts, marks, and what stood at the end of each day.

Whoever writes customers or proposals of duplicates marks who changed, in the same transaction. Nobody is looked at here: the
first run of the job goes through everybody, in steps. The statements are executed as text, as in 0018.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

OLD, NEW = "OLD TABLE AS old_rows", "NEW TABLE AS new_rows"
ROWS = {"INSERT": f"REFERENCING {NEW}", "UPDATE": f"REFERENCING {OLD} {NEW}", "DELETE": f"REFERENCING {OLD}"}
FIELDS = [
    "kind",
    "name",
    "tax_id",
    "email",
    "phone",
    "address",
    "city",
    "region",
    "country",
    "postcode",
    "industry",
    "language",
    "birth_date",
    "link_key",
    "owner_id",
    "team_id",
    "tier_id",
    "created_at",
]
# A contact confirms a customer by its month.
MONTH = "date_trunc('month', crm_day({}.last_contact_at))"
OPEN = "({}.state IN ('proposed', 'later'))"


def watched(row):
    return ", ".join([*(f"{row}.{name}" for name in FIELDS), MONTH.format(row)])


def customers(event):
    if event != "UPDATE":
        return f"SELECT id FROM {'new_rows' if event == 'INSERT' else 'old_rows'}"
    return f"""SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE ({watched("n")}) IS DISTINCT FROM ({watched("o")})"""


def proposals(event):
    sides = "CROSS JOIN LATERAL (VALUES (m.left_id), (m.right_id)) s (id)"
    if event != "UPDATE":
        rows = "new_rows" if event == "INSERT" else "old_rows"
        return f"SELECT DISTINCT s.id FROM {rows} m {sides} WHERE {OPEN.format('m')}"
    return f"""SELECT DISTINCT s.id FROM new_rows m JOIN old_rows o ON o.id = m.id {sides}
      WHERE {OPEN.format("m")} <> {OPEN.format("o")}"""


def marking(table, event, rows):
    name = f"{table}_hygiene_{event.lower()}"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE $sql$ INSERT INTO customers_hygienemark (customer_id) {rows} $sql$;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION {name}() IS 'identity: marks customers whose hygiene may be another';
CREATE TRIGGER {name} AFTER {event} ON {table} {ROWS[event]} FOR EACH STATEMENT EXECUTE FUNCTION {name}();"""


def no_marking(table, event):
    name = f"{table}_hygiene_{event.lower()}"
    return f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();"


PLACES = [
    (table, event, rows(event))
    for table, rows in (("customers_customer", customers), ("customers_match", proposals))
    for event in ROWS
]
NUMBERS = django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)
ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [("customers", "0059_survivorship_rules")]
    operations = [
        migrations.CreateModel(
            name="CustomerHygiene",
            fields=[
                ("customer_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("owner_id", models.IntegerField(default=0)),
                ("team_id", models.IntegerField(default=0)),
                ("tier_id", models.IntegerField(default=0)),
                ("system_id", models.IntegerField(default=0)),
                ("confirmed", models.SmallIntegerField()),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), default=list, size=None
                    ),
                ),
            ],
            options={
                "verbose_name": "hygiene of a customer",
                "verbose_name_plural": "hygiene of customers",
                "default_permissions": ("view",),
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=True, fields=["codes"], gin_pending_list_limit=4096, name="hygiene_by_code"
                    ),
                    models.Index(fields=["confirmed", "customer_id"], name="hygiene_by_month"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HygieneCount",
            fields=[
                ("id", ID),
                ("owner_id", models.IntegerField(default=-1)),
                ("team_id", models.IntegerField(default=-1)),
                ("tier_id", models.IntegerField(default=-1)),
                ("system_id", models.IntegerField(default=-1)),
                ("code", models.SmallIntegerField()),
                ("customers", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "count of the hygiene",
                "verbose_name_plural": "counts of the hygiene",
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner_id", "tier_id", "team_id", "system_id", "code"), name="hygiene_count_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HygieneMark",
            fields=[("id", ID), ("customer_id", models.BigIntegerField())],
            options={
                "verbose_name": "hygiene mark",
                "verbose_name_plural": "hygiene marks",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="HygieneClock",
            fields=[
                ("id", models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("revision", models.IntegerField()),
                ("up_to", models.BigIntegerField(default=0, null=True)),
            ],
            options={
                "verbose_name": "clock of the hygiene",
                "verbose_name_plural": "clock of the hygiene",
                "default_permissions": ("view",),
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="hygiene_clock_one_row")],
            },
        ),
        migrations.CreateModel(
            name="HygieneDay",
            fields=[
                ("id", ID),
                ("day", models.DateField(verbose_name="day")),
                ("team_id", models.IntegerField(default=0)),
                ("tier_id", models.IntegerField(default=0)),
                ("system_id", models.IntegerField(default=0)),
                ("customers", models.BigIntegerField(verbose_name="customers")),
                ("points", NUMBERS),
                ("clean_points", NUMBERS),
                ("ages", NUMBERS),
            ],
            options={
                "verbose_name": "hygiene of a day",
                "verbose_name_plural": "hygiene of days",
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(fields=("day", "team_id", "tier_id", "system_id"), name="hygiene_day_once")
                ],
            },
        ),
        migrations.RunSQL(
            "".join(marking(*place) for place in PLACES),
            "".join(no_marking(table, event) for table, event, _rows in PLACES),
        ),
    ]
