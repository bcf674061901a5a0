"""Whoever changes facts marks the cells concerned, in the same transaction: statement triggers on the fact tables.

An update marks only where a row's cell or a watched column differs. Marks are only ever appended, so a writer never
waits for a recompute. The indexes find the facts of a cell.
"""

from django.db import migrations

CELL = "day, team_id, channel, tier_id, product_group_id"
MARK = f"INSERT INTO metrics_mark (source, {CELL})"

# (source, table, cell as SQL over a row `f`, columns a KPI depends on)
FACTS = [
    (
        1,
        "customers_call",
        "f.day, coalesce(f.team_id, 0), 'phone', coalesce(f.tier_id, 0), 0",
        "f.outcome, f.answered_at IS NULL, f.waited_ms, f.talk_ms, f.hold_ms, f.wrap_ms",
    ),
    (2, "metrics_issue", "f.day, f.team_id, f.channel, f.tier_id, 0", "f.contacts, f.last_at"),
    (
        3,
        "service_surveyanswer",
        'f.day, coalesce(f.team_id, 0), f.channel COLLATE "C", coalesce(f.tier_id, 0), 0',
        "f.survey, f.score",
    ),
    (4, "customers_order", "f.day, coalesce(f.team_id, 0), '', coalesce(f.tier_id, 0), 0", "f.status"),
    (
        5,
        "customers_orderline",
        "f.day, coalesce(f.team_id, 0), '', coalesce(f.tier_id, 0), coalesce(f.product_group_id, 0)",
        "f.counted, f.amount_company, f.cost_company",
    ),
    (
        6,
        "customers_invoice",
        "f.due_on, coalesce(f.team_id, 0), '', coalesce(f.tier_id, 0), 0",
        "f.amount, f.amount_company, f.paid_on_time",
    ),
    (
        7,
        "metrics_ledgermonth",
        "f.month, 0, '', 0, 0",
        "f.revenue_company, f.cost_of_sales_company, f.operating_cost_company",
    ),
]

CONTACT = "f.direction = 'in' AND f.is_contact AND f.customer_id IS NOT NULL"
CONTACT_COLUMNS = "f.customer_id, f.purpose, f.id, f.occurred_at, f.day, f.channel, f.team_id, f.tier_id"
MARK_ISSUES = "INSERT INTO metrics_issuemark (customer_id, purpose)"

INDEXES = """
CREATE INDEX call_cell ON customers_call (day, coalesce(team_id, 0), coalesce(tier_id, 0));
CREATE INDEX survey_answer_cell ON service_surveyanswer
  (day, coalesce(team_id, 0), (channel COLLATE "C"), coalesce(tier_id, 0));
CREATE INDEX order_cell ON customers_order (day, coalesce(team_id, 0), coalesce(tier_id, 0));
CREATE INDEX order_line_cell ON customers_orderline
  (day, coalesce(team_id, 0), coalesce(tier_id, 0), coalesce(product_group_id, 0));
CREATE INDEX invoice_cell ON customers_invoice (due_on, coalesce(team_id, 0), coalesce(tier_id, 0));
CREATE INDEX interaction_contacts ON customers_interaction (customer_id, purpose, occurred_at, id)
  INCLUDE (team_id, channel, tier_id) WHERE direction = 'in' AND is_contact AND customer_id IS NOT NULL;
"""
NO_INDEXES = """
DROP INDEX call_cell; DROP INDEX survey_answer_cell; DROP INDEX order_cell; DROP INDEX order_line_cell;
DROP INDEX invoice_cell; DROP INDEX interaction_contacts;
"""


def changed(columns, where="true"):
    """The rows an update took away or brought, as a set that compares null with null."""
    old = f"SELECT {columns} FROM old_rows f WHERE {where}"
    new = f"SELECT {columns} FROM new_rows f WHERE {where}"
    return f"(({old} EXCEPT ALL {new}) UNION ALL ({new} EXCEPT ALL {old}))"


def triggers(table, insert, update, delete, truncate):
    """Four functions and their statement triggers; each argument is the body of one."""
    events = {
        "insert": (insert, "REFERENCING NEW TABLE AS new_rows"),
        "update": (update, "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        "delete": (delete, "REFERENCING OLD TABLE AS old_rows"),
        "truncate": (truncate, ""),
    }
    return "".join(
        f"""
CREATE FUNCTION {table}_mark_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  {body};
  RETURN NULL;
END $$;
CREATE TRIGGER {table}_mark_{event} AFTER {event} ON {table} {rows}
  FOR EACH STATEMENT EXECUTE FUNCTION {table}_mark_{event}();"""
        for event, (body, rows) in events.items()
    )


def no_triggers(table):
    return "".join(
        f"DROP TRIGGER {table}_mark_{event} ON {table}; DROP FUNCTION {table}_mark_{event}();"
        for event in ("insert", "update", "delete", "truncate")
    )


def fact_triggers(source, table, cell, columns):
    names = ", ".join(f"c{place}" for place in range(1, columns.count(",") + 2))
    return triggers(
        table,
        insert=f"{MARK} SELECT DISTINCT {source}, {cell} FROM new_rows f",
        update=f"{MARK} SELECT DISTINCT {source}, {CELL} FROM {changed(f'{cell}, {columns}')} f ({CELL}, {names})",
        delete=f"{MARK} SELECT DISTINCT {source}, {cell} FROM old_rows f",
        truncate=f"{MARK} SELECT DISTINCT {source}, {CELL} FROM metrics_rollup WHERE source = {source}",
    )


CONTACT_TRIGGERS = triggers(
    "customers_interaction",
    insert=f"{MARK_ISSUES} SELECT DISTINCT customer_id, purpose FROM new_rows f WHERE {CONTACT}",
    update=f"{MARK_ISSUES} SELECT DISTINCT customer_id, purpose FROM {changed(CONTACT_COLUMNS, CONTACT)} f",
    delete=f"{MARK_ISSUES} SELECT DISTINCT customer_id, purpose FROM old_rows f WHERE {CONTACT}",
    truncate=f"{MARK_ISSUES} SELECT DISTINCT customer_id, purpose FROM metrics_issue",
)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_models"),
        ("service", "0001_survey_answers"),
        ("metrics", "0002_cells"),
    ]
    operations = [
        *(migrations.RunSQL(fact_triggers(*fact), no_triggers(fact[1])) for fact in FACTS),
        migrations.RunSQL(CONTACT_TRIGGERS, no_triggers("customers_interaction")),
        migrations.RunSQL(INDEXES, NO_INDEXES),
    ]
