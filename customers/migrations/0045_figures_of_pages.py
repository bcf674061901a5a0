"""The figures that a customer's page shows are kept beside those that lists sort by, and follow as they do.

None are made here: the clock is set back, and the next run of the job goes through everybody, in steps. Until then what
is new is empty, and pages add up themselves.
"""

from django.db import migrations, models

# What 0025 watched of orders, and what makes these figures others; of invoices 0038 watches all of it.
BEFORE = ("{0}.customer_id",)
WATCHED = (*BEFORE, "{0}.amount_company", "{0}.status = 'cancelled'")


def marking(columns):
    new, old = (", ".join(column.format(row) for column in columns) for row in "no")
    pairs = f"FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE ({new}) IS DISTINCT FROM ({old})"
    return f"""
CREATE OR REPLACE FUNCTION customers_order_figures_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  EXECUTE $sql$ INSERT INTO customers_figuremark (customer_id) SELECT DISTINCT customer_id
    FROM (SELECT n.customer_id {pairs} UNION ALL SELECT o.customer_id {pairs}) t WHERE customer_id IS NOT NULL $sql$;
  RETURN NULL;
END $$;"""


def money(label):
    return models.DecimalField(decimal_places=4, max_digits=20, null=True, verbose_name=label)


def number(label):
    return models.IntegerField(null=True, verbose_name=label)


FIELDS = {
    "cost": money("known cost, 12 months"),
    "orders": number("orders"),
    "ordered": money("ordered"),
    "due": money("due, 12 months"),
    "on_time": money("paid on time, 12 months"),
    "overdue_invoices": number("overdue invoices"),
}


class Migration(migrations.Migration):
    dependencies = [("customers", "0044_names_as_typed")]
    operations = [
        # First: a step of the job holds the clock while it writes figures.
        migrations.RunSQL("DELETE FROM customers_figuresclock", migrations.RunSQL.noop),
        *(migrations.AddField("customerfigures", name, field) for name, field in FIELDS.items()),
        migrations.RunSQL(marking(WATCHED), marking(BEFORE)),
    ]
