"""A payment says whose invoice it is for, so that one customer's are read newest first by an index.

It follows the invoice, whoever writes either: a trigger gives it to a payment before it is written, another (0048, so that
no migration holds both tables) takes it on where an invoice goes to somebody else. Where the two meet, the later one waits for the invoice (`crm_settle` locks it) and
then sees what the first wrote. The statements are executed as text, as in 0018.
"""

from django.db import migrations, models

FOLLOWS = """
CREATE FUNCTION customers_payment_of_customer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.customer_id := (SELECT i.customer_id FROM customers_invoice i WHERE i.id = NEW.invoice_id);
  RETURN NEW;
END $$;
CREATE TRIGGER customers_payment_of_customer BEFORE INSERT OR UPDATE OF invoice_id ON customers_payment
  FOR EACH ROW EXECUTE FUNCTION customers_payment_of_customer();
"""
NOTHING_FOLLOWS = """
DROP TRIGGER customers_payment_of_customer ON customers_payment; DROP FUNCTION customers_payment_of_customer();
"""

# As in 0018; what the payments say of their customer is put right under the same lock.
SETTLE = """
CREATE OR REPLACE FUNCTION crm_settle(invoices bigint[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM FROM customers_invoice i WHERE i.id = ANY(invoices) AND i.xmin <> pg_current_xact_id()::xid
  ORDER BY i.id FOR NO KEY UPDATE;{follow}
  UPDATE customers_invoice i SET paid = p.paid, paid_on_time = p.paid_on_time, settled_on = p.settled_on
  FROM invoice_as_paid p
  WHERE p.id = ANY(invoices) AND i.id = p.id
    AND (i.paid, i.paid_on_time, i.settled_on) IS DISTINCT FROM (p.paid, p.paid_on_time, p.settled_on);
END $$;
"""
FOLLOW = """
  UPDATE customers_payment p SET customer_id = i.customer_id FROM customers_invoice i
  WHERE p.invoice_id = ANY(invoices) AND i.id = p.invoice_id AND p.customer_id IS DISTINCT FROM i.customer_id;"""

# As in 0018, of what makes invoices other than they were.
CHANGED = """
CREATE OR REPLACE FUNCTION customers_payment_derive_changed() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE ids bigint[]; BEGIN
  EXECUTE $sql$ SELECT array_agg(id ORDER BY id) FROM (
    SELECT invoice_id FROM (SELECT {columns} FROM old_rows EXCEPT SELECT {columns} FROM new_rows) gone
    UNION SELECT invoice_id FROM (SELECT {columns} FROM new_rows EXCEPT SELECT {columns} FROM old_rows) come
  ) AS touched (id) $sql$ INTO ids;
  IF ids IS NOT NULL THEN
    EXECUTE $sql$ SELECT crm_settle($1) $sql$ USING ids;
  END IF;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0046_marks_by_customer")]
    operations = [
        migrations.AddField("payment", "customer_id", models.BigIntegerField(editable=False, null=True)),
        migrations.RunSQL(
            CHANGED.format(columns="id, invoice_id, paid_on, amount") + SETTLE.format(follow=FOLLOW),
            CHANGED.format(columns="*") + SETTLE.format(follow=""),
        ),
        migrations.RunSQL(FOLLOWS, NOTHING_FOLLOWS),
    ]
