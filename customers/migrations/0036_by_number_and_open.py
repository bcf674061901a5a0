"""Orders and invoices by their number, invoices by what is open of them; the indexes are built beside those who write.

What is open does not depend on the day, so it is a function of its own, which `crm_invoice_standing` asks and an index
can hold. Whoever changes it later rebuilds `invoice_by_open`.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

from crm.common.sqlfunctions import CrmInvoiceOpen

OPEN = """
CREATE OR REPLACE FUNCTION crm_invoice_open(amount numeric, paid numeric, amount_company numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN $1 <= 0 OR $2 >= $1 THEN 0 ELSE round($3 * ($1 - $2) / $1, 4) END $$;
COMMENT ON FUNCTION crm_invoice_open IS
  'common: what is not paid of an invoice, in the company''s currency; nothing of a credit note';
"""
STANDING = """
CREATE OR REPLACE FUNCTION crm_invoice_standing(invoice customers_invoice, day date)
RETURNS TABLE (due numeric, on_time numeric, open numeric, overdue numeric,
               is_due boolean, is_open boolean, is_overdue boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
  SELECT CASE WHEN part.is_late THEN $1.amount_company ELSE part.on_time END, part.on_time, part.open,
         CASE WHEN part.is_late THEN part.open ELSE 0 END,
         $1.amount > 0 AND ($1.due_on < $2 OR $1.paid_on_time > 0), $1.amount > 0 AND $1.paid < $1.amount,
         $1.amount > 0 AND $1.paid < $1.amount AND $1.due_on < $2
  FROM (
    SELECT $1.amount > 0 AND $1.due_on < $2 AS is_late,
           CASE WHEN $1.amount <= 0 OR $1.paid_on_time = 0 THEN 0
                WHEN $1.paid_on_time = $1.amount THEN $1.amount_company
                ELSE round($1.amount_company * $1.paid_on_time / $1.amount, 4) END AS on_time,
           %s AS open
  ) part $$;
"""
ASKED = "crm_invoice_open($1.amount, $1.paid, $1.amount_company)"
WRITTEN_OUT = """CASE WHEN $1.amount <= 0 OR $1.paid >= $1.amount THEN 0
                ELSE round($1.amount_company * ($1.amount - $1.paid) / $1.amount, 4) END"""


def by(model: str, name: str, *fields: str) -> AddIndexConcurrently:
    return AddIndexConcurrently(model, models.Index(fields=fields, name=name))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0035_lists_in_order")]
    operations = [
        migrations.RunSQL(OPEN, "DROP FUNCTION crm_invoice_open(numeric, numeric, numeric)"),
        migrations.RunSQL(STANDING % ASKED, STANDING % WRITTEN_OUT),
        by("order", "order_by_number", "number", "id"),
        RemoveIndexConcurrently("order", "order_number"),
        by("invoice", "invoice_by_number", "number", "id"),
        RemoveIndexConcurrently("invoice", "invoice_number"),
        by("invoice", "invoice_settled", "settled_on", "id"),
        AddIndexConcurrently(
            "invoice",
            models.Index(CrmInvoiceOpen("amount", "paid", "amount_company"), "id", name="invoice_by_open"),
        ),
    ]
