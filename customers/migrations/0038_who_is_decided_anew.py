"""The nightly run decides those anew of whom something changed: marks say of whom, the clock as of when all others are.

Whoever writes assignments marks their customers from the days on which these begin and end. What is paid on time is
watched beside what is paid: a payment that is dated back changes the one and not the other.
The statements are executed as text, as in 0018.
"""

from django.db import migrations, models

OLD, NEW = "OLD TABLE AS old_rows", "NEW TABLE AS new_rows"
ROWS = {"INSERT": f"REFERENCING {NEW}", "UPDATE": f"REFERENCING {OLD} {NEW}", "DELETE": f"REFERENCING {OLD}"}


def touched(event):
    if event != "UPDATE":
        return f"SELECT customer_id, valid FROM {'new_rows' if event == 'INSERT' else 'old_rows'}"
    return "SELECT customer_id, valid FROM new_rows UNION ALL SELECT customer_id, valid FROM old_rows"


def marking(event):
    name = f"customers_tierassignment_retier_{event.lower()}"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE $sql$ INSERT INTO customers_retiermark (customer_id, from_day)
    SELECT DISTINCT t.customer_id, d.day FROM ({touched(event)}) t
    CROSS JOIN LATERAL (VALUES (lower(t.valid)), (upper(t.valid))) d (day) WHERE d.day IS NOT NULL $sql$;
  RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON customers_tierassignment {ROWS[event]}
FOR EACH STATEMENT EXECUTE FUNCTION {name}();"""


def no_marking(event):
    name = f"customers_tierassignment_retier_{event.lower()}"
    return f"DROP TRIGGER {name} ON customers_tierassignment; DROP FUNCTION {name}();"


def watching_invoices(columns):
    """The function of 0025 that marks customers whose invoices were changed, watching these columns."""
    new, old = (", ".join(f"{row}.{name}" for name in columns) for row in "no")
    pairs = f"FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE ({new}) IS DISTINCT FROM ({old})"
    return f"""
CREATE OR REPLACE FUNCTION customers_invoice_figures_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE $sql$ INSERT INTO customers_figuremark (customer_id) SELECT DISTINCT customer_id FROM (
    SELECT {new} {pairs} UNION ALL SELECT {old} {pairs}
  ) t WHERE customer_id IS NOT NULL $sql$;
  RETURN NULL;
END $$;"""


WATCHED = ("customer_id", "due_on", "amount", "amount_company", "paid")


class Migration(migrations.Migration):
    dependencies = [("customers", "0037_bulk_of_tasks")]
    operations = [
        migrations.CreateModel(
            name="RetierMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.BigIntegerField()),
                ("from_day", models.DateField()),
            ],
            options={
                "verbose_name": "mark of a tier to decide",
                "verbose_name_plural": "marks of tiers to decide",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="RetierClock",
            fields=[
                ("id", models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("rules", models.TextField()),
            ],
            options={
                "verbose_name": "clock of the tiers",
                "verbose_name_plural": "clock of the tiers",
                "default_permissions": ("view",),
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="retier_clock_one_row")],
            },
        ),
        migrations.RunSQL("".join(map(marking, ROWS)), "".join(map(no_marking, ROWS))),
        migrations.RunSQL(watching_invoices((*WATCHED, "paid_on_time")), watching_invoices(WATCHED)),
    ]
