"""Who writes trade marks the customers whose figures it changes, and the figures note how far the clock has taken them.

What payments do to invoices, orders and products to lines, their own triggers write (0018): that marks in its turn.
The statements are executed as text, as in 0018. No figures are made here: the first run of the job makes all.
"""

from django.db import migrations, models

OLD, NEW = "OLD TABLE AS old_rows", "NEW TABLE AS new_rows"
ROWS = {"INSERT": f"REFERENCING {NEW}", "UPDATE": f"REFERENCING {OLD} {NEW}", "DELETE": f"REFERENCING {OLD}"}
# Which columns make figures another, by table; of orders only whose they are, the rest is in the lines.
WATCHED = {
    "customers_order": ("customer_id",),
    "customers_orderline": ("order_id", "day", "counted", "amount_company", "cost_company"),
    "customers_invoice": ("customer_id", "due_on", "amount", "amount_company", "paid"),
}


def touched(table, event):
    """The rows that came, went, or are others."""
    columns = ", ".join(WATCHED[table])
    if event != "UPDATE":
        return f"SELECT {columns} FROM {'new_rows' if event == 'INSERT' else 'old_rows'}"
    new, old = (", ".join(f"{row}.{name}" for name in WATCHED[table]) for row in "no")
    pairs = f"FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE ({new}) IS DISTINCT FROM ({old})"
    return f"SELECT {new} {pairs} UNION ALL SELECT {old} {pairs}"


def customers_of(table, event):
    if table == "customers_orderline":
        return f"""SELECT DISTINCT o.customer_id FROM customers_order o
      WHERE o.id IN (SELECT order_id FROM ({touched(table, event)}) t) AND o.customer_id IS NOT NULL"""
    return f"SELECT DISTINCT customer_id FROM ({touched(table, event)}) t WHERE customer_id IS NOT NULL"


def marking(table, event):
    name = f"{table}_figures_{event.lower()}"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE $sql$ INSERT INTO customers_figuremark (customer_id) {customers_of(table, event)} $sql$;
  RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON {table} {ROWS[event]} FOR EACH STATEMENT EXECUTE FUNCTION {name}();"""


def no_marking(table, event):
    name = f"{table}_figures_{event.lower()}"
    return f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();"


PLACES = [(table, event) for table in WATCHED for event in ROWS]


class Migration(migrations.Migration):
    dependencies = [("customers", "0024_roles_of_a_days_work")]
    operations = [
        migrations.CreateModel(
            name="FiguresClock",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                ("day", models.DateField()),
                ("up_to", models.BigIntegerField(default=0, null=True)),
            ],
            options={
                "verbose_name": "clock of the figures",
                "verbose_name_plural": "clock of the figures",
                "default_permissions": ("view",),
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="figures_clock_one_row")],
            },
        ),
        migrations.RunSQL(
            "".join(marking(*place) for place in PLACES), "".join(no_marking(*place) for place in PLACES)
        ),
    ]
