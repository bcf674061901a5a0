"""The invoices of the KPIs stand as trade says, at no cost of its own."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from metrics.engine import clock, sql
from metrics.engine.definitions import Definition
from metrics.engine.evidence import rows_in_short
from metrics.engine.recomputing import recompute
from metrics.engine.rules import USUAL
from metrics.kpis.trade import INVOICES
from metrics.models import Mark
from tests import plans
from tests.factories.trade import InvoiceFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
STORED, AT_NOON = Definition(INVOICES, USUAL), Definition(INVOICES, USUAL, NOON)
STATEMENTS = {
    "a month": (sql.rebuild_month([STORED], whole=True), {"first": date(2026, 3, 1)}),
    "cells": (sql.recompute_cells([STORED]), None),
    "the nightly check": (sql.differing_cells(STORED), {"first": date(2026, 3, 1)}),
    "a baseline": (rows_in_short(AT_NOON, components=("due", "paid_on_time"), where="f.due_on <= '2026-03-31'"), None),
}


@pytest.mark.usefixtures("tidy_tables")
@pytest.mark.parametrize("what", STATEMENTS)
def test_the_planner_puts_the_rule_in_place_of_its_call(what: str) -> None:
    statement, parameters = STATEMENTS[what]
    plan = plans.nodes(statement, parameters)
    assert "customers_invoice" in {node.get("Relation Name") for node in plan}
    assert not plans.calls(plan, "crm_invoice_standing")


@pytest.mark.usefixtures("tidy_tables")
def test_the_cells_of_marks_are_probes_of_their_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_invoice"
            " (number, issued_on, due_on, currency, amount, amount_company, paid, paid_on_time)"
            " SELECT i, '2026-01-01', date '2026-01-01' + i % 365, 'EUR', 1, 1, 0, 0 FROM generate_series(1, 5000) i;"
            "SELECT crm_analyse('customers_invoice'); DELETE FROM metrics_mark"
        )
    assert "invoice_cell" in plans.indexes(plans.nodes(sql.recompute_cells([STORED])))


@pytest.mark.parametrize("amount", [100, 0, -100])
def test_what_the_clock_marks_is_what_stands_otherwise(amount: int) -> None:
    """The clock names the invoices in a form that an index finds; the function is what it must agree with."""
    days = [NOON.date() + timedelta(days=shift) for shift in range(-2, 3)]
    for day in days:
        InvoiceFactory.create(due_on=day, amount=amount)
    recompute(as_of=days[1])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT due_on FROM customers_invoice f CROSS JOIN LATERAL crm_invoice_standing(f, %s) e"
            " CROSS JOIN LATERAL crm_invoice_standing(f, %s) l"
            " WHERE (e.is_due, e.due, e.on_time) IS DISTINCT FROM (l.is_due, l.due, l.on_time) ORDER BY 1",
            [days[1], days[3]],
        )
        otherwise = [day for (day,) in cursor.fetchall()]
    assert otherwise == (days[1:3] if amount > 0 else [])
    clock.set_clock(STORED, moment=NOON + timedelta(days=1))
    assert sorted(Mark.objects.filter(source=INVOICES.number).values_list("day", flat=True)) == otherwise
