"""The rules of trade as SQL, and what follows from rows follows whoever writes them: page, import, COPY, psql.

Order lines follow their order (day, status, team, tier) and their product (group, cost where they have none);
an invoice's `paid`, `paid_on_time` and `settled_on` follow from its payments. Statement triggers write only rows that
differ. They take what they read in a statement of its own first (a parent before its children are judged), so of two
transactions that meet the second sees the first. Statements over transition tables are planned anew each time
(EXECUTE): a plan made for one row must not serve a hundred thousand.
"""

from django.db import migrations

STANDING = """
CREATE FUNCTION crm_invoice_standing(invoice customers_invoice, day date)
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
           CASE WHEN $1.amount <= 0 OR $1.paid >= $1.amount THEN 0
                ELSE round($1.amount_company * ($1.amount - $1.paid) / $1.amount, 4) END AS open
  ) part $$;
COMMENT ON FUNCTION crm_invoice_standing IS
  'trade: an invoice at the end of a day, in the company''s currency: what was due, paid on time, is open, is overdue; a credit note is nothing of it';
"""

# What tiers, pages and lists read of trade, by customer; a condition on the customer reaches the indexes.
FIGURES = """
CREATE FUNCTION crm_bought(first date, last date)
RETURNS TABLE (customer_id bigint, revenue numeric, cost numeric, covered numeric)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT o.customer_id, sum(l.amount_company), sum(l.cost_company),
         sum(l.amount_company) FILTER (WHERE l.cost_company IS NOT NULL)
  FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id
  WHERE l.counted AND l.day BETWEEN $1 AND $2 AND o.customer_id IS NOT NULL
  GROUP BY o.customer_id $$;
COMMENT ON FUNCTION crm_bought IS
  'trade: what each customer bought from the first to the last day: revenue, known cost, revenue of the lines whose cost is known';

CREATE FUNCTION crm_billed(first date, last date) RETURNS TABLE (customer_id bigint, due numeric, on_time numeric)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT i.customer_id, sum(s.due), sum(s.on_time)
  FROM customers_invoice i CROSS JOIN LATERAL crm_invoice_standing(i, $2) s
  WHERE i.due_on BETWEEN $1 AND $2 AND i.amount > 0 AND i.customer_id IS NOT NULL
  GROUP BY i.customer_id $$;
COMMENT ON FUNCTION crm_billed IS 'trade: of the invoices due from the first to the last day, what each customer owed and paid on time';

CREATE FUNCTION crm_owed(day date)
RETURNS TABLE (customer_id bigint, open numeric, overdue numeric, overdue_invoices bigint, oldest date)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT i.customer_id, sum(s.open), sum(s.overdue), count(*) FILTER (WHERE s.is_overdue), min(i.due_on)
  FROM customers_invoice i CROSS JOIN LATERAL crm_invoice_standing(i, $1) s
  WHERE s.is_open AND i.customer_id IS NOT NULL
  GROUP BY i.customer_id $$;
COMMENT ON FUNCTION crm_owed IS 'trade: what each customer owes on a day, the part past due, and since when the oldest';
"""

LINES = """
CREATE FUNCTION crm_line_derived(
  o customers_order, p customers_product, quantity numeric, unit_cost numeric, cost_company numeric)
RETURNS TABLE (day date, counted boolean, team_id bigint, tier_id bigint, product_group_id bigint, cost numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
  SELECT $1.day, $1.status <> 'cancelled', $1.team_id, $1.tier_id, $2.group_id,
         CASE WHEN $4 IS NULL THEN round($3 * $2.unit_cost, 4) ELSE $5 END $$;
COMMENT ON FUNCTION crm_line_derived IS 'trade: what an order line takes from its order and its product (null: none)';
"""

DERIVED = ("day", "counted", "team_id", "tier_id", "product_group_id", "cost_company")


def follow(lines, orders="customers_order"):
    """The UPDATE that gives the rows `x` of `lines` what they take from order and product, where they differ.

    `orders`: those of the lines, where the planner had better know. What differs is found first: as a rule nothing.
    """
    now = ", ".join(f"x.{name}" for name in DERIVED)
    return f"""WITH differing AS MATERIALIZED (
      SELECT x.id, d.* FROM {lines}
      JOIN {orders} o ON o.id = x.order_id LEFT JOIN customers_product p ON p.id = x.product_id
      CROSS JOIN LATERAL crm_line_derived(o, p, x.quantity, x.unit_cost, x.cost_company)
        AS d ({", ".join(DERIVED)})
      WHERE ({now}) IS DISTINCT FROM ({now.replace("x.", "d.")})
    )
    UPDATE customers_orderline l SET ({", ".join(DERIVED)}) = ROW ({now.replace("x.", "d.")})
    FROM differing d WHERE l.id = d.id"""


def changed(*columns):
    """Ids of the rows in which one of the columns changed."""
    new, old = (", ".join(f"{row}.{name}" for name in columns) for row in "no")
    return f"SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE ({new}) IS DISTINCT FROM ({old})"


def lock(table, which, strength):
    """Rows that this transaction has not written itself, in their order."""
    return f"""SELECT FROM {table} t WHERE {which} AND t.xmin <> pg_current_xact_id()::xid
    ORDER BY t.id {strength}"""


def function(name, *statements):
    body = "".join(f"\n  EXECUTE $sql$ {statement} $sql$;" for statement in statements)
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN{body}\n  RETURN NULL;\nEND $$;"


def function_over(name, ids, *statements):
    """With the ids that a query gives as `$1`, an array: the planner sees how many there are."""
    body = "".join(f"\n    EXECUTE $sql$ {statement} $sql$ USING ids;" for statement in statements)
    return f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE ids bigint[]; BEGIN
  EXECUTE $sql$ SELECT array_agg(id ORDER BY id) FROM ({ids}) AS touched (id) $sql$ INTO ids;
  IF ids IS NOT NULL THEN{body}
  END IF;
  RETURN NULL;
END $$;"""


OLD, NEW = "OLD TABLE AS old_rows", "NEW TABLE AS new_rows"
ROWS = {
    "INSERT": f"REFERENCING {NEW}",
    "UPDATE": f"REFERENCING {OLD} {NEW}",
    "DELETE": f"REFERENCING {OLD}",
    "TRUNCATE": "",
}


def trigger(table, event, *, function, when="true"):
    return f"""
CREATE TRIGGER {table}_derive_{event.lower()} AFTER {event} ON {table} {ROWS[event]}
  FOR EACH STATEMENT WHEN ({when}) EXECUTE FUNCTION {function}();"""


BY_HAND = "pg_trigger_depth() = 0"  # what the triggers themselves write is right
MOVED = "t.id IN (SELECT n.{0} FROM new_rows n JOIN old_rows o ON o.id = n.id AND o.{0} IS DISTINCT FROM n.{0})"

# A line read its order and product: whoever is changing them is waited for, and whoever will sees the line.
LINE_TRIGGERS = (
    function_over(
        "customers_orderline_derive_new",
        "SELECT DISTINCT order_id FROM new_rows",
        lock("customers_order", "t.id = ANY($1)", "FOR NO KEY UPDATE"),
        lock("customers_product", "t.id IN (SELECT product_id FROM new_rows)", "FOR SHARE"),
        follow("new_rows x", "(SELECT * FROM customers_order WHERE id = ANY($1))"),
    )
    + function(
        "customers_orderline_derive_changed",
        lock("customers_order", MOVED.format("order_id"), "FOR NO KEY UPDATE"),
        lock("customers_product", MOVED.format("product_id"), "FOR SHARE"),
        follow("new_rows x"),
    )
    + function_over(
        "customers_order_derive",
        changed("day", "status", "team_id", "tier_id"),
        follow("(SELECT * FROM customers_orderline WHERE order_id = ANY($1)) x"),
    )
    + function_over(
        "customers_product_derive",
        changed("group_id", "unit_cost"),
        follow("(SELECT * FROM customers_orderline WHERE product_id = ANY($1)) x"),
    )
    + trigger("customers_orderline", "INSERT", function="customers_orderline_derive_new", when=BY_HAND)
    + trigger("customers_orderline", "UPDATE", function="customers_orderline_derive_changed", when=BY_HAND)
    + trigger("customers_order", "UPDATE", function="customers_order_derive")
    + trigger("customers_product", "UPDATE", function="customers_product_derive")
)
NO_LINE_TRIGGERS = """
DROP TRIGGER customers_orderline_derive_insert ON customers_orderline;
DROP TRIGGER customers_orderline_derive_update ON customers_orderline;
DROP TRIGGER customers_order_derive_update ON customers_order;
DROP TRIGGER customers_product_derive_update ON customers_product;
DROP FUNCTION customers_orderline_derive_new(); DROP FUNCTION customers_orderline_derive_changed();
DROP FUNCTION customers_order_derive(); DROP FUNCTION customers_product_derive();
"""

# Sums are capped between nothing and the amount (a credit note's amount is negative). Settled on the day the running
# sum last came to the amount, as long as it still stands there. A condition on `id` reaches both tables' indexes.
PAID = """
CREATE VIEW invoice_as_paid AS
SELECT id, side * least(amount * side, greatest(total * side, 0)) AS paid,
       side * least(amount * side, greatest(least(on_time * side, total * side), 0)) AS paid_on_time,
       CASE WHEN side <> 0 AND total * side >= amount * side THEN reached_on END AS settled_on
FROM (
  SELECT id, amount, sign(amount) AS side, coalesce(sum(of_day), 0) AS total,
         coalesce(sum(of_day) FILTER (WHERE paid_on <= due_on), 0) AS on_time,
         max(paid_on) FILTER (WHERE so_far * sign(amount) >= amount * sign(amount)
                              AND (so_far - of_day) * sign(amount) < amount * sign(amount)) AS reached_on
  FROM (
    SELECT i.id, i.amount, i.due_on, p.paid_on, sum(p.amount) AS of_day,
           sum(sum(p.amount)) OVER (PARTITION BY i.id ORDER BY p.paid_on) AS so_far
    FROM customers_invoice i LEFT JOIN customers_payment p ON p.invoice_id = i.id
    GROUP BY i.id, p.paid_on
  ) running
  GROUP BY id, amount
) summed;
COMMENT ON VIEW invoice_as_paid IS 'trade: what its payments make of an invoice: paid, paid on time, settled on';

CREATE FUNCTION crm_settle(invoices bigint[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  PERFORM FROM customers_invoice i WHERE i.id = ANY(invoices) AND i.xmin <> pg_current_xact_id()::xid
  ORDER BY i.id FOR NO KEY UPDATE;
  UPDATE customers_invoice i SET paid = p.paid, paid_on_time = p.paid_on_time, settled_on = p.settled_on
  FROM invoice_as_paid p
  WHERE p.id = ANY(invoices) AND i.id = p.id
    AND (i.paid, i.paid_on_time, i.settled_on) IS DISTINCT FROM (p.paid, p.paid_on_time, p.settled_on);
END $$;
COMMENT ON FUNCTION crm_settle IS 'trade: writes invoice_as_paid into the invoices, as far as they differ';
"""


SETTLE = "SELECT crm_settle($1)"
PAYMENT_TRIGGERS = (
    function_over("customers_payment_derive_new", "SELECT DISTINCT invoice_id FROM new_rows", SETTLE)
    + function_over(
        "customers_payment_derive_changed",
        "SELECT invoice_id FROM (TABLE old_rows EXCEPT TABLE new_rows) gone"
        " UNION SELECT invoice_id FROM (TABLE new_rows EXCEPT TABLE old_rows) come",
        SETTLE,
    )
    + function_over("customers_payment_derive_gone", "SELECT DISTINCT invoice_id FROM old_rows", SETTLE)
    + function(
        "customers_payment_derive_none",
        "UPDATE customers_invoice SET paid = 0, paid_on_time = 0, settled_on = NULL"
        " WHERE (paid, paid_on_time, settled_on) IS DISTINCT FROM (0, 0, NULL)",
    )
    + function_over(
        "customers_invoice_derive_new",
        "SELECT n.id FROM new_rows n WHERE (n.paid, n.paid_on_time, n.settled_on) IS DISTINCT FROM (0, 0, NULL)"
        " UNION SELECT n.id FROM new_rows n JOIN customers_payment p ON p.invoice_id = n.id",
        SETTLE,
    )
    + function_over(
        "customers_invoice_derive_changed", changed("amount", "due_on", "paid", "paid_on_time", "settled_on"), SETTLE
    )
    + trigger("customers_payment", "INSERT", function="customers_payment_derive_new")
    + trigger("customers_payment", "UPDATE", function="customers_payment_derive_changed")
    + trigger("customers_payment", "DELETE", function="customers_payment_derive_gone")
    + trigger("customers_payment", "TRUNCATE", function="customers_payment_derive_none")
    + trigger("customers_invoice", "INSERT", function="customers_invoice_derive_new")
    + trigger("customers_invoice", "UPDATE", function="customers_invoice_derive_changed", when=BY_HAND)
)
NO_PAYMENT_TRIGGERS = """
DROP TRIGGER customers_payment_derive_insert ON customers_payment;
DROP TRIGGER customers_payment_derive_update ON customers_payment;
DROP TRIGGER customers_payment_derive_delete ON customers_payment;
DROP TRIGGER customers_payment_derive_truncate ON customers_payment;
DROP TRIGGER customers_invoice_derive_insert ON customers_invoice;
DROP TRIGGER customers_invoice_derive_update ON customers_invoice;
DROP FUNCTION customers_payment_derive_new(); DROP FUNCTION customers_payment_derive_changed();
DROP FUNCTION customers_payment_derive_gone(); DROP FUNCTION customers_payment_derive_none();
DROP FUNCTION customers_invoice_derive_new(); DROP FUNCTION customers_invoice_derive_changed();
"""

# Rows that were written before, by whoever: once.
CATCH_UP = (
    follow("customers_orderline x")
    + """;
UPDATE customers_invoice i SET paid = p.paid, paid_on_time = p.paid_on_time, settled_on = p.settled_on
FROM invoice_as_paid p WHERE i.id = p.id
  AND (i.paid, i.paid_on_time, i.settled_on) IS DISTINCT FROM (p.paid, p.paid_on_time, p.settled_on);
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
"""
)


class Migration(migrations.Migration):
    dependencies = [("customers", "0017_tier_marks")]
    operations = [
        migrations.RunSQL(STANDING, "DROP FUNCTION crm_invoice_standing(customers_invoice, date)"),
        migrations.RunSQL(
            FIGURES,
            "DROP FUNCTION crm_bought(date, date); DROP FUNCTION crm_billed(date, date); DROP FUNCTION crm_owed(date)",
        ),
        migrations.RunSQL(LINES, "DROP FUNCTION crm_line_derived"),
        migrations.RunSQL(PAID, "DROP FUNCTION crm_settle(bigint[]); DROP VIEW invoice_as_paid"),
        migrations.RunSQL(CATCH_UP, migrations.RunSQL.noop),
        migrations.RunSQL(LINE_TRIGGERS, NO_LINE_TRIGGERS),
        migrations.RunSQL(PAYMENT_TRIGGERS, NO_PAYMENT_TRIGGERS),
    ]
