"""When a customer was last in touch, as one rule; a function like those of the migrations before."""

from django.db import migrations

LAST_CONTACT = """
CREATE FUNCTION crm_last_contact(customer bigint) RETURNS TABLE (at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
  SELECT max(i.occurred_at) FROM customers_interaction i WHERE i.customer_id = $1 AND i.is_contact $$;
COMMENT ON FUNCTION crm_last_contact IS
  'interactions: when a customer was last in touch: the time of the newest contact on record (null: never)';
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0018_trade_derives")]
    operations = [migrations.RunSQL(LAST_CONTACT, "DROP FUNCTION crm_last_contact(bigint)")]
