"""Two rules of identity as SQL functions: the tier of a customer on a day, and whose a contact value is.

Both give rows and are neither strict nor volatile, so the planner puts their bodies in place of the call: a join with
one costs what the join written out would. The comment of a function names the room that owns it.
"""

from django.db import migrations

TIER_ON = """
CREATE FUNCTION crm_tier_on(customer bigint, day date)
RETURNS TABLE (tier_id bigint, assignment_id bigint, valid daterange, reason text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
  SELECT a.tier_id, a.id, a.valid, a.reason::text FROM customers_tierassignment a
  WHERE a.customer_id = $1 AND a.valid @> $2 $$;
COMMENT ON FUNCTION crm_tier_on IS 'identity: the tier a customer had on a day, and the assignment that says so';
"""

POINT_OWNER = """
CREATE FUNCTION crm_point_owner(value text) RETURNS TABLE (customer_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
  SELECT min(p.customer_id) FROM customers_contactpoint p
  WHERE p.kind IN ('phone', 'email') AND p.normalised = $1 AND $1 <> ''
  HAVING min(p.customer_id) = max(p.customer_id) $$;
COMMENT ON FUNCTION crm_point_owner IS 'identity: whose a normalised phone number or e-mail is: who alone has it';
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0011_open_import_kinds")]
    operations = [
        migrations.RunSQL(TIER_ON, "DROP FUNCTION crm_tier_on(bigint, date)"),
        migrations.RunSQL(POINT_OWNER, "DROP FUNCTION crm_point_owner(text)"),
    ]
