"""Which changes of facts mark which cells."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from customers.models import Call, Interaction
from customers.time_zone import change_time_zone
from metrics.engine import registry
from metrics.engine.recomputing import recompute
from metrics.models import IssueMark, LedgerMonth, Mark
from tests.factories.accounts import TeamFactory
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceSystemFactory
from tests.factories.interactions import InteractionFactory
from tests.factories.service import SurveyAnswerFactory
from tests.factories.telephony import CallFactory
from tests.factories.trade import InvoiceFactory, OrderFactory, OrderLineFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
DAY = "2026-03-31"


@pytest.fixture
def team_id() -> int:
    return int(TeamFactory.create(key="north").pk)


def ledger_month() -> LedgerMonth:
    amounts = dict.fromkeys(("revenue", "cost_of_sales", "operating_cost"), 1)
    company = {f"{name}_company": 1 for name in amounts}
    return LedgerMonth.objects.create(
        system=SourceSystemFactory.create(), month="2026-03-01", currency="EUR", **amounts, **company
    )


MAKERS = {
    "call": lambda team: CallFactory.create(entered_at=AT, team_id=team, tier_id=3),
    "survey": lambda team: SurveyAnswerFactory.create(answered_at=AT, team_id=team, channel="email"),
    "order": lambda team: OrderFactory.create(placed_at=AT, team_id=team),
    "order_line": lambda team: OrderLineFactory.create(order=OrderFactory.create(placed_at=AT, team_id=team)),
    "invoice": lambda team: InvoiceFactory.create(due_on=AT.date(), team_id=team),
    "ledger": lambda _team: ledger_month(),
}
CELLS = {
    "call": (DAY, "team", "phone", 3, 0),
    "survey": (DAY, "team", "email", 0, 0),
    "order": (DAY, "team", "", 0, 0),
    "order_line": (DAY, "team", "", 0, 0),
    "invoice": (DAY, "team", "", 0, 0),
    "ledger": ("2026-03-01", 0, "", 0, 0),
}
# Columns whose change must mark, with another value; and one that no KPI reads.
WATCHED: dict[str, dict[str, str]] = {
    "call": {
        "outcome": "'rejected'",
        "waited_ms": "1",
        "talk_ms": "1",
        "hold_ms": "1",
        "wrap_ms": "1",
        "answered_at": "now()",
        "entered_at": "entered_at - interval '1 day'",
        "team_id": "NULL",
        "tier_id": "1",
    },
    "survey": {"score": "1", "channel": "'web'", "team_id": "NULL", "answered_at": "now()", "survey": "'ces'"},
    "order": {"status": "'cancelled'", "placed_at": "now()", "team_id": "NULL", "tier_id": "1"},
    "order_line": {"amount_company": "7", "cost_company": "7"},
    "invoice": {"amount": "7", "amount_company": "7", "due_on": "'2026-01-01'"},
    "ledger": dict.fromkeys(("revenue_company", "cost_of_sales_company", "operating_cost_company"), "7"),
}
# Columns that follow from other rows, and a statement that changes them.
DERIVED = {
    "order_line": {
        "counted": "UPDATE customers_order SET status = 'cancelled'",
        "day": "UPDATE customers_order SET placed_at = '2026-01-01'",
    },
    "invoice": {
        "paid_on_time": "INSERT INTO customers_payment (invoice_id, paid_on, amount)"
        " SELECT id, due_on, 7 FROM customers_invoice"
    },
    "ledger": {
        "share": "INSERT INTO metrics_ledgershare (system_id, share, reason, set_at)"
        " SELECT system_id, 0.5, 'A venture.', now() FROM metrics_ledgermonth"
    },
}
UNWATCHED = {
    "call": "caller = 'x', answered_at = answered_at - interval '1 s', ended_at = now()",
    "survey": "comment = 'x', customer_id = NULL",
    "order": "amount = 5, customer_id = NULL, status = 'shipped'",
    "order_line": "unit_price = 5, quantity = 2",
    "invoice": "paid = 5, settled_on = now()",
    "ledger": "revenue = 5, currency = 'USD'",
}
SOURCES = {source.key: source for source in registry.sources()}
TABLES = {key: source.table for key, source in SOURCES.items()}


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def marked(source: str) -> list[tuple[Any, ...]]:
    cells = Mark.objects.filter(source=SOURCES[source].number).order_by("day", "team_id")
    found = cells.values_list("day", "team_id", "channel", "tier_id", "product_group_id")
    return [(day.isoformat(), *rest) for day, *rest in found]


def taken(source: str) -> None:
    Mark.objects.filter(source=SOURCES[source].number).delete()


@pytest.mark.parametrize("source", MAKERS)
def test_inserting_and_deleting_marks_the_cell(source: str, team_id: int) -> None:
    MAKERS[source](team_id)
    cell = tuple(team_id if part == "team" else part for part in CELLS[source])
    assert marked(source) == [cell]
    taken(source)
    execute(f"DELETE FROM {TABLES[source]}")
    assert marked(source) == [cell]


@pytest.mark.parametrize(("source", "column"), [(source, column) for source in WATCHED for column in WATCHED[source]])
def test_changing_a_column_that_a_kpi_reads_marks_old_and_new_cell(source: str, column: str, team_id: int) -> None:
    MAKERS[source](team_id)
    (old,) = marked(source)
    taken(source)
    execute(f"UPDATE {TABLES[source]} SET {column} = {WATCHED[source][column]}")
    assert old in marked(source)
    moves = column in {"team_id", "tier_id", "channel", "day", "due_on", "entered_at", "answered_at", "placed_at"}
    assert len(marked(source)) == (2 if moves and not (source == "call" and column == "answered_at") else 1)


@pytest.mark.parametrize(("source", "column"), [(source, column) for source in DERIVED for column in DERIVED[source]])
def test_changing_what_a_column_follows_from_marks_old_and_new_cell(source: str, column: str, team_id: int) -> None:
    MAKERS[source](team_id)
    (old,) = marked(source)
    taken(source)
    execute(DERIVED[source][column])
    assert old in marked(source)
    assert len(marked(source)) == (2 if column == "day" else 1)


@pytest.mark.parametrize("source", UNWATCHED)
def test_changing_what_no_kpi_reads_marks_nothing(source: str, team_id: int) -> None:
    MAKERS[source](team_id)
    if source == "call":
        execute("UPDATE customers_call SET answered_at = now()")
    taken(source)
    execute(f"UPDATE {TABLES[source]} SET {UNWATCHED[source]}")
    assert marked(source) == []


def test_what_is_watched_follows_from_what_the_sums_read() -> None:
    assert {key: source.watched for key, source in SOURCES.items()} == {
        "call": ("f.answered_at IS NULL", "f.hold_ms", "f.outcome", "f.talk_ms", "f.waited_ms", "f.wrap_ms"),
        "issue": ("f.contacts", "f.last_at"),
        "survey": ("f.score", "f.survey"),
        "order": ("f.status",),
        "order_line": ("f.amount_company", "f.cost_company", "f.counted"),
        "invoice": ("f.amount", "f.amount_company", "f.paid_on_time"),
        "ledger": ("f.cost_of_sales_company", "f.operating_cost_company", "f.revenue_company", "f.share"),
        "hygiene": ("f.ages", "f.clean_points", "f.customers", "f.points"),
    }


def test_copy_marks() -> None:
    system = SourceSystemFactory.create()
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY metrics_ledgermonth (system_id, month, currency, revenue, cost_of_sales, operating_cost, "
            "revenue_company, cost_of_sales_company, operating_cost_company) FROM STDIN"
        ) as copy,
    ):
        copy.write_row((system.pk, "2026-05-01", "EUR", 1, 1, 1, 1, 1, 1))
        copy.write_row((system.pk, "2026-06-01", "EUR", 1, 1, 1, 1, 1, 1))
    assert marked("ledger") == [("2026-05-01", 0, "", 0, 0), ("2026-06-01", 0, "", 0, 0)]


def test_one_statement_marks_a_cell_once(team_id: int) -> None:
    CallFactory.create(entered_at=AT, team_id=team_id)
    CallFactory.create(entered_at=AT, team_id=team_id)
    taken("call")
    Call.objects.update(waited_ms=77)
    assert len(marked("call")) == 1


@pytest.mark.usefixtures("as_owner")
def test_truncating_marks_what_had_been_counted(team_id: int) -> None:
    CallFactory.create(entered_at=AT, team_id=team_id)
    recompute()
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("TRUNCATE customers_call")
    assert marked("call") == [(DAY, team_id, "phone", 0, 0)]


class TestContacts:
    """Interactions mark a customer and purpose whose issues are to be built anew."""

    def marks(self) -> set[tuple[int, str]]:
        found = set(IssueMark.objects.values_list("customer_id", "purpose"))
        IssueMark.objects.all().delete()
        return found

    def test_a_contact_marks_and_so_does_taking_it_away(self) -> None:
        contact = InteractionFactory.create(occurred_at=AT, purpose="refund")
        assert self.marks() == {(contact.customer_id, "refund")}
        contact.delete()
        assert self.marks() == {(contact.customer_id, "refund")}

    def test_what_is_no_contact_marks_nothing(self) -> None:
        InteractionFactory.create(direction=Interaction.Direction.OUT)
        InteractionFactory.create(is_contact=False)
        InteractionFactory.create(customer=None)
        assert self.marks() == set()

    def test_changing_the_text_marks_nothing(self) -> None:
        contact = InteractionFactory.create(occurred_at=AT)
        self.marks()
        Interaction.objects.filter(pk=contact.pk).update(body="more", subject="new", outcome="done")
        assert self.marks() == set()

    def test_moving_to_another_customer_marks_both(self) -> None:
        contact, other = InteractionFactory.create(occurred_at=AT, purpose="refund"), CustomerFactory.create()
        self.marks()
        Interaction.objects.filter(pk=contact.pk).update(customer=other)
        assert self.marks() == {(contact.customer_id, "refund"), (other.pk, "refund")}

    def test_finding_out_that_it_is_no_contact_marks(self) -> None:
        contact = InteractionFactory.create(occurred_at=AT)
        self.marks()
        Interaction.objects.filter(pk=contact.pk).update(is_contact=False)
        assert self.marks() == {(contact.customer_id, "question")}

    def test_another_time_zone_moves_issues_to_their_new_day(self) -> None:
        contact = InteractionFactory.create(occurred_at=AT)
        recompute()
        change_time_zone(zone="Asia/Shanghai")
        assert self.marks() == {(contact.customer_id, "question")}

    @pytest.mark.usefixtures("as_owner")
    def test_truncating_marks_all_that_had_issues(self) -> None:
        contact = InteractionFactory.create(occurred_at=AT)
        recompute()
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute("TRUNCATE customers_interaction CASCADE")
        assert self.marks() == {(contact.customer_id, "question")}
