"""The figures equal the truth whatever happened to the facts, and however the recompute came to them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customers.models import Call, Interaction, Invoice, Order, OrderLine, Payment, SourceSystem
from metrics.engine.recomputing import recompute
from metrics.kpis.surveys import SURVEYS
from metrics.models import LedgerMonth, LedgerShare, Mark, Rollup
from service.models import SurveyAnswer
from tests.factories.accounts import TeamFactory
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceSystemFactory
from tests.factories.telephony import QueueFactory
from tests.metrics import truth

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 28, 20, tzinfo=UTC)
NOW = datetime(2026, 2, 14, 23, 59, 59, 999999, tzinfo=UTC)
AS_OF = NOW.date()
TAKEN = re.compile(r"DELETE FROM metrics_mark\s+WHERE source = (\d+)")


def moments() -> st.SearchStrategy[datetime]:
    """Two and a half weeks across a month's end, in steps of ten hours."""
    return st.integers(0, 42).map(lambda step: START + timedelta(hours=10 * step))


def money() -> st.SearchStrategy[Decimal]:
    return st.decimals("-50", "200", places=4)


CALL = st.fixed_dictionaries(
    {
        "entered_at": moments(),
        "outcome": st.sampled_from(Call.Outcome.values),
        "waited_ms": st.sampled_from([0, 4_999, 5_000, 20_000, 20_001, 90_000]),
        "talk_ms": st.none() | st.integers(0, 600_000),
        "wrap_ms": st.integers(0, 1000),
    }
)
CONTACT = st.fixed_dictionaries(
    {
        "occurred_at": moments(),
        "direction": st.sampled_from(["in", "in", "in", "out"]),
        "is_contact": st.sampled_from([True, True, True, False]),
        "purpose": st.sampled_from(["", "question"]),
        "channel": st.sampled_from(["phone", "email"]),
    }
)
ANSWER = st.tuples(st.sampled_from([("csat", 5), ("nps", 10), ("ces", 7)]), st.integers(1, 5), moments()).map(
    lambda made: {"survey": made[0][0], "score": min(made[1] * 2, made[0][1]), "answered_at": made[2]}
)
ORDER = st.fixed_dictionaries({"placed_at": moments(), "status": st.sampled_from(Order.Status.values)})
LINE = st.fixed_dictionaries({"unit_cost": st.just(1), "amount_company": money(), "cost_company": st.none() | money()})
INVOICE = st.tuples(moments(), money()).map(
    lambda made: {"due_on": made[0].date() + timedelta(days=8), "amount": made[1], "amount_company": made[1]}
)
PAYMENT = st.tuples(moments(), money()).map(
    lambda made: {"paid_on": made[0].date() + timedelta(days=8), "amount": made[1]}
)
LEDGER = st.tuples(st.integers(1, 3), money(), money()).map(
    lambda made: {
        "month": START.date().replace(month=made[0], day=1),
        "revenue_company": made[1],
        "operating_cost_company": made[2],
    }
)
KINDS: list[tuple[Any, st.SearchStrategy[dict[str, Any]]]] = [
    (Call, CALL),
    (Interaction, CONTACT),
    (SurveyAnswer, ANSWER),
    (Order, ORDER),
    (OrderLine, LINE),
    (Invoice, INVOICE),
    (Payment, PAYMENT),
    (LedgerMonth, LEDGER),
]
FACT = st.one_of(*(st.tuples(st.just(model), values) for model, values in KINDS))
STEP = st.one_of(
    st.tuples(st.just("insert"), st.lists(FACT, min_size=1, max_size=4)),
    st.tuples(st.just("update"), FACT),
    st.tuples(st.just("move"), st.sampled_from([Call, Interaction, Order, SurveyAnswer, Invoice, OrderLine])),
    st.tuples(st.just("delete"), st.sampled_from([model for model, _ in KINDS])),
    st.tuples(st.just("trust"), st.integers(0, 3)),
    st.tuples(st.just("truncate"), st.sampled_from([Call, Interaction, SurveyAnswer, Payment])),
    st.tuples(st.just("recompute"), st.sampled_from([AS_OF, AS_OF - timedelta(days=6), AS_OF + timedelta(days=3)])),
)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Leaves the database as the example found it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Company:
    """Facts changed by ORM, bulk, COPY-like and raw statements."""

    def __init__(self) -> None:
        self.system = SourceSystemFactory.create(key="truth")
        self.queue = QueueFactory.create(name="truth")
        self.customers = [CustomerFactory.create(), CustomerFactory.create()]
        self.teams = [TeamFactory.create(key="north"), TeamFactory.create(key="south")]
        self.made = 0

    def complete(self, model: Any, values: dict[str, Any]) -> dict[str, Any]:
        self.made += 1
        extra: dict[Any, dict[str, Any]] = {
            Call: {"system": self.system, "queue": self.queue, "callid": str(self.made)},
            Interaction: {"customer": self.customers[self.made % 2]},
            Order: {"number": str(self.made), "currency": "EUR", "amount": 0, "amount_company": 0},
            OrderLine: {"quantity": 1, "unit_price": 1, "order": None, "day": START.date()},
            Invoice: {"number": str(self.made), "currency": "EUR", "issued_on": START.date()},
            Payment: {"invoice": None},
            LedgerMonth: {
                "system": self.finance_system() if model is LedgerMonth else None,
                "currency": "EUR",
                **dict.fromkeys(("revenue", "cost_of_sales", "operating_cost", "cost_of_sales_company"), 3),
            },
        }
        if model is OrderLine:
            extra[OrderLine]["order"] = self.found(Order) or self.made_now(Order, placed_at=START, status="placed")
        if model is Payment:
            extra[Payment]["invoice"] = self.found(Invoice) or self.made_now(
                Invoice, due_on=AS_OF, amount=100, amount_company=100
            )
        team = {} if model in {LedgerMonth, Payment} else {"team": [None, *self.teams][self.made % 3]}
        return {**values, **extra.get(model, {}), **team}

    def finance_system(self) -> SourceSystem:
        system: SourceSystem = SourceSystemFactory.create(key=f"ledger{self.made}", rank=self.made % 4)
        if self.made % 5 == 0:
            LedgerShare.objects.create(system=system, share=[Decimal("0.3333"), Decimal(0), Decimal(1)][self.made % 3])
        return system

    def trust(self, rank: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE customers_sourcesystem SET rank = (rank * 3 + %s) %% 4", [rank])
            cursor.execute("DELETE FROM metrics_ledgershare WHERE id %% 4 = %s", [rank])

    def found(self, model: Any) -> Any:
        return model.objects.order_by("pk")[self.made % 3 :].first()

    def made_now(self, model: Any, **values: Any) -> Any:
        return model.objects.create(**self.complete(model, values))

    def insert(self, facts: list[tuple[Any, dict[str, Any]]]) -> None:
        for model, values in facts:
            model.objects.bulk_create([model(**self.complete(model, values))])

    def update(self, fact: tuple[Any, dict[str, Any]]) -> None:
        model, values = fact
        if model is LedgerMonth:
            values = {name: value for name, value in values.items() if name != "month"}
        model.objects.filter(pk__gt=self.made % 3).update(**values)

    def move(self, model: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {model._meta.db_table} SET team_id = %s, tier_id = 7 WHERE id %% 2 = 0", [self.teams[0].pk]
            )

    def delete(self, model: Any) -> None:
        if model is Order:
            OrderLine.objects.all().delete()
        found = model.objects.order_by("pk").values_list("pk", flat=True)[::2]
        model.objects.filter(pk__in=list(found)).delete()

    def truncate(self, model: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")

    def recompute(self, as_of: Any) -> None:
        recompute(as_of=as_of)


@pytest.mark.usefixtures("as_owner")
@pytest.mark.slow
@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.too_slow],
)
@given(facts=st.lists(FACT, min_size=25, max_size=50), steps=st.lists(STEP, max_size=9))
def test_figures_equal_the_truth_after_any_changes(facts: list[Any], steps: list[tuple[str, Any]]) -> None:
    with rolled_back():
        company = Company()
        company.insert(facts)
        for verb, argument in steps:
            getattr(company, verb)(argument)
        recompute(as_of=AS_OF)
        assert truth.shown_by_day() == truth.all_by_day(now=NOW)
        north = company.teams[0].pk
        assert truth.shown_by_day(team_id=north) == truth.all_by_day(now=NOW, team_id=north)
        incremental = stored()
        recompute(full=True, as_of=AS_OF)
        assert stored() == incremental
        assert not Mark.objects.exists()


def stored() -> list[tuple[Any, ...]]:
    cells = Rollup.objects.order_by("source", "day", "team_id", "channel", "tier_id", "product_group_id")
    return list(
        cells.values_list("source", "version", "day", "team_id", "channel", "tier_id", "product_group_id", "sums")
    )


def test_of_the_sources_those_with_marks_are_gone_through() -> None:
    recompute()
    assert taken_from() == []
    CustomerFactory.create().survey_answers.create(survey="csat", score=4, answered_at=NOW)
    assert taken_from() == [SURVEYS.number]
    assert taken_from() == []


def taken_from() -> list[int]:
    """The sources whose marks a recompute looks for."""
    with CaptureQueriesContext(connection) as done:
        recompute()
    return sorted({int(number) for query in done for number in TAKEN.findall(query["sql"])})
