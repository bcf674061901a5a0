"""What was billed in a window may be judged on a day other than its last: an export judges when that day is over.

The two-argument function is the same rule on the last day; both are put in place of their calls by the planner.
"""

from django.db import migrations

AS_OF = """
CREATE FUNCTION crm_billed(first date, last date, as_of date)
RETURNS TABLE (customer_id bigint, due numeric, on_time numeric)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT i.customer_id, sum(s.due), sum(s.on_time)
  FROM customers_invoice i CROSS JOIN LATERAL crm_invoice_standing(i, $3) s
  WHERE i.due_on BETWEEN $1 AND $2 AND i.amount > 0 AND i.customer_id IS NOT NULL
  GROUP BY i.customer_id $$;
COMMENT ON FUNCTION crm_billed(date, date, date) IS
  'trade: of the invoices due from the first to the last day, what each customer owed and paid on time, as of a day';
"""
ON_THE_LAST = """
CREATE OR REPLACE FUNCTION crm_billed(first date, last date)
RETURNS TABLE (customer_id bigint, due numeric, on_time numeric)
LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT b.customer_id, b.due, b.on_time FROM crm_billed($1, $2, $2) b $$;
"""
WRITTEN_OUT = """
CREATE OR REPLACE FUNCTION crm_billed(first date, last date)
RETURNS TABLE (customer_id bigint, due numeric, on_time numeric)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT i.customer_id, sum(s.due), sum(s.on_time)
  FROM customers_invoice i CROSS JOIN LATERAL crm_invoice_standing(i, $2) s
  WHERE i.due_on BETWEEN $1 AND $2 AND i.amount > 0 AND i.customer_id IS NOT NULL
  GROUP BY i.customer_id $$;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0033_tasks_done")]
    operations = [
        migrations.RunSQL(AS_OF, "DROP FUNCTION crm_billed(date, date, date)"),
        migrations.RunSQL(ON_THE_LAST, WRITTEN_OUT),
    ]
