"""That no two tiers of a customer overlap is watched by a trigger and a unique index, where it was an exclusion
constraint: its GiST index compared each new assignment with some hundred others, an eighth of what a new customer costs.

The trigger locks the customers first, as all who write assignments do. So of two transactions the second sees what the
first has written, as it would by the constraint; it ends with the constraint's own error code. Index and trigger are
there before the constraint goes; the statements are executed as text, as in 0018.
"""

from django.contrib.postgres.fields.ranges import RangeStartsWith
from django.db import migrations, models
from django.db.models import deletion

STARTS = "tier_assignment_starts"
KEYS = {"customer_id": "9a966f9d", "policy_id": "403a85b8"}  # indexes Django made for them: columns and digests
CONSTRAINT = "tier_assignment_no_overlap"
APART = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE clash record; BEGIN
  EXECUTE $sql$ SELECT FROM customers_customer WHERE id = ANY (ARRAY(SELECT DISTINCT customer_id FROM new_rows))
    ORDER BY id FOR NO KEY UPDATE $sql$;
  EXECUTE $sql$ SELECT n.customer_id, n.valid FROM new_rows n WHERE (
      SELECT a.id FROM customers_tierassignment a
      WHERE a.customer_id = n.customer_id AND a.id <> n.id AND a.valid && n.valid LIMIT 1
    ) IS NOT NULL LIMIT 1 $sql$ INTO clash;
  IF clash IS NOT NULL THEN
    RAISE EXCEPTION 'customer % has another tier on days of %', clash.customer_id, clash.valid
      USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'tier_assignment_no_overlap',
        TABLE = 'customers_tierassignment', SCHEMA = 'public';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON customers_tierassignment REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION {name}();"""
TIER_ON = """
CREATE OR REPLACE FUNCTION crm_tier_on(customer bigint, day date)
RETURNS TABLE (tier_id bigint, assignment_id bigint, valid daterange, reason text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
  SELECT a.tier_id, a.id, a.valid, a.reason::text FROM customers_tierassignment a
  WHERE a.customer_id = $1 AND a.valid @> $2{by_start} $$;
"""


def apart():
    names = {event: f"customers_tierassignment_apart_{event.lower()}" for event in ("INSERT", "UPDATE")}
    return migrations.RunSQL(
        "".join(APART.format(name=name, event=event) for event, name in names.items()),
        "".join(f"DROP TRIGGER {name} ON customers_tierassignment; DROP FUNCTION {name}();" for name in names.values()),
    )


def dropped(column, digest):
    name = f"customers_tierassignment_{column}_{digest}"
    return migrations.RunSQL(
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON customers_tierassignment ({column})",
    )


def without_index(name, to, **options):
    field = models.ForeignKey(db_index=False, to=to, **options)
    return migrations.AlterField(model_name="tierassignment", name=name, field=field)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0041_no_index_twice")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {STARTS}"
                    " ON customers_tierassignment (customer_id, lower(valid))",
                    f"DROP INDEX CONCURRENTLY IF EXISTS {STARTS}",
                ),
                apart(),
                migrations.RunSQL(TIER_ON.format(by_start=" AND lower(a.valid) <= $2"), TIER_ON.format(by_start="")),
                migrations.RunSQL(
                    f"ALTER TABLE customers_tierassignment DROP CONSTRAINT IF EXISTS {CONSTRAINT}",
                    f"ALTER TABLE customers_tierassignment ADD CONSTRAINT {CONSTRAINT}"
                    " EXCLUDE USING gist (customer_id WITH =, valid WITH &&)",
                ),
                *(dropped(column, digest) for column, digest in KEYS.items()),
            ],
            state_operations=[
                migrations.RemoveConstraint("tierassignment", CONSTRAINT),
                migrations.AddConstraint(
                    "tierassignment",
                    models.UniqueConstraint(models.F("customer"), RangeStartsWith("valid"), name=STARTS),
                ),
                without_index(
                    "customer",
                    "customers.customer",
                    on_delete=deletion.CASCADE,
                    related_name="tier_assignments",
                ),
                without_index(
                    "policy",
                    "customers.tierpolicy",
                    on_delete=deletion.PROTECT,
                    related_name="+",
                    blank=True,
                    null=True,
                ),
            ],
        ),
    ]
