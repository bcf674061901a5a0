"""An invoice that goes to another customer takes its payments along. Those that are there already learn whose they are,
in steps; then the index is built, beside those who write.

Killed, it begins again: every step finds what is there.
"""

from time import monotonic

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models, transaction

FOLLOWS = """
CREATE OR REPLACE FUNCTION customers_invoice_to_customer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE customers_payment SET customer_id = NEW.customer_id
  WHERE invoice_id = NEW.id AND customer_id IS DISTINCT FROM NEW.customer_id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER customers_invoice_to_customer AFTER UPDATE OF customer_id ON customers_invoice FOR EACH ROW
  WHEN (OLD.customer_id IS DISTINCT FROM NEW.customer_id) EXECUTE FUNCTION customers_invoice_to_customer();
"""
NOTHING_FOLLOWS = """
DROP TRIGGER customers_invoice_to_customer ON customers_invoice; DROP FUNCTION customers_invoice_to_customer();
"""

FIRST, MOST, STEP_S = 1_000, 100_000, 0.5
STEP = """
UPDATE customers_payment p SET customer_id = i.customer_id FROM customers_invoice i
WHERE p.id > %(after)s AND p.id <= %(up_to)s AND i.id = p.invoice_id
  AND p.customer_id IS NULL AND i.customer_id IS NOT NULL"""


def follow_all(apps, schema_editor):
    """Those that the triggers have not seen, in steps of about half a second."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM customers_payment")
        ((last,),) = cursor.fetchall()
    after, most = 0, FIRST
    while after < last:
        began = monotonic()
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(STEP, {"after": after, "up_to": after + most})
        after, took = after + most, max(monotonic() - began, 0.001)
        most = max(100, min(MOST, 2 * most, int(most * STEP_S / took)))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0047_payments_by_customer")]
    operations = [
        migrations.RunSQL(FOLLOWS, NOTHING_FOLLOWS),
        migrations.RunPython(follow_all, migrations.RunPython.noop),
        AddIndexConcurrently(
            "payment", models.Index(fields=["customer_id", "-paid_on", "-id"], name="payment_timeline")
        ),
    ]
