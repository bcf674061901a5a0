"""The hash of a figure's rows, written out once more in Python."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import pytest

from metrics.engine.evidence import Evidence, Question, evidence
from metrics.engine.rules import USUAL
from metrics.engine.scope import COMPANY, Scope
from metrics.kpis import get_kpi
from metrics.kpis.calls import CALLS
from metrics.kpis.issues import ISSUES
from tests.factories.accounts import TeamFactory
from tests.factories.telephony import CallFactory
from tests.factories.trade import OrderFactory

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)


def question(scope: Scope = COMPANY, **fields: Any) -> Question:
    return Question(**{"scope": scope, "first": FIRST, "last": LAST, "moment": NOON, "rules": USUAL, **fields})


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def of_days(*days: list[str]) -> str:
    return sha256("\n".join(sha256("\n".join(sorted(lines))) for lines in days))


NOTHING = of_days()


class TestWhere:
    def test_names_only_what_is_asked(self) -> None:
        assert question().where(CALLS) == ("f.day >= %s AND f.day <= %s", [FIRST, LAST])

    def test_takes_each_dimension_as_the_source_has_it(self) -> None:
        where, values = question(Scope(3, "phone", 2)).where(CALLS)
        assert where.split(" AND ") == [
            "f.day >= %s", "f.day <= %s", "coalesce(f.team_id, 0) = %s", "'phone' = %s", "coalesce(f.tier_id, 0) = %s",
        ]  # fmt: skip
        assert values == [FIRST, LAST, 3, "phone", 2]
        assert question(Scope(channel="email")).where(ISSUES)[0].endswith(" AND f.channel = %s")


@pytest.mark.django_db
class TestEvidence:
    def call(self, day: date, wait_s: int, **fields: Any) -> int:
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        return int(CallFactory.create(entered_at=at, waited_ms=wait_s * 1000, **fields).pk)

    def test_of_nothing_is_the_hash_of_nothing_and_zeros(self) -> None:
        assert evidence(get_kpi("asa"), question()) == Evidence(
            sha256(f"call {NOTHING}"), {"answered": 0, "wait_answered": 0}
        )

    def test_is_made_of_the_rows_that_add_something_day_by_day(self) -> None:
        first, second, third = self.call(LAST, 10), self.call(LAST, 20), self.call(FIRST, 5)
        for day, outcome in ((FIRST, "rejected"), (date(2025, 12, 31), "answered"), (date(2026, 2, 1), "answered")):
            self.call(day, 99, outcome=outcome)

        last = [f"{first}|2026-01-31|1|10000", f"{second}|2026-01-31|1|20000"]
        assert evidence(get_kpi("asa"), question()) == Evidence(
            sha256(f"call {of_days([f'{third}|2026-01-01|1|5000'], last)}"), {"answered": 3, "wait_answered": 35_000}
        )

    def test_a_sum_that_a_row_adds_nothing_to_is_empty_in_its_line(self) -> None:
        slow, lost = self.call(FIRST, 30), self.call(FIRST, 3, outcome="abandoned")
        kpi = get_kpi("service_level")
        lines = {slow: {"answered"}, lost: {"abandoned", "abandoned_within", "abandoned_short"}}
        expected = [
            "|".join([str(pk), "2026-01-01", *("1" if name in adds else "" for name in kpi.components)])
            for pk, adds in lines.items()
        ]
        assert evidence(kpi, question()).hash == sha256(f"call {of_days(expected)}")

    def test_is_of_the_scope(self) -> None:
        team = TeamFactory.create()
        own = self.call(FIRST, 10, team=team)
        self.call(FIRST, 20)
        found = evidence(get_kpi("asa"), question(Scope(team_id=team.pk)))
        assert found == Evidence(
            sha256(f"call {of_days([f'{own}|2026-01-01|1|10000'])}"), {"answered": 1, "wait_answered": 10_000}
        )

    def test_follows_the_rules_it_is_asked_under(self) -> None:
        self.call(FIRST, 25)
        within = [
            evidence(get_kpi("service_level"), question(rules={**USUAL, "answer_within_s": seconds})).components
            for seconds in (20, 30)
        ]
        assert [each["answered_within"] for each in within] == [0, 1]

    def test_where_n_comes_from_another_source_its_rows_are_hashed_too(self) -> None:
        order = OrderFactory.create(placed_at=datetime(2026, 1, 1, 12, tzinfo=UTC), lines=[("2", "10", "6")])
        line = order.lines.get()

        found = evidence(get_kpi("revenue"), question())
        orders, lines = of_days([f"{order.pk}|2026-01-01|1"]), of_days([f"{line.pk}|2026-01-01|200000"])
        assert found == Evidence(sha256(f"order_line {lines}\norder {orders}"), {"revenue": 200_000})
