"""The KPIs computed from the facts in plain Python, straight from their definitions, to hold the engine against."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import partial
from itertools import groupby
from typing import Any

from crm.common.days import day_of
from customers.identity.hygiene.fields import POINTS
from customers.models import Call, HygieneDay, Interaction, Invoice, Order, OrderLine, SourceSystem
from metrics.engine.scope import Scope
from metrics.engine.series import points
from metrics.kpis import CATALOGUE
from metrics.kpis.hygiene import weight_of
from metrics.models import KpiRules, LedgerMonth, LedgerShare
from service.models import SurveyAnswer

Row = dict[str, Any]


def waited(rows: Iterable[Row]) -> Fraction:
    return Fraction(sum(row["waited_ms"] for row in rows), 1000)


def calls(rows: list[Row], rules: KpiRules) -> dict[str, tuple[Any, Any, int]]:
    soon, short = rules.answer_within_s * 1000, rules.short_abandon_s * 1000
    answered = [row for row in rows if row["outcome"] == "answered"]
    abandoned = [row for row in rows if row["outcome"] == "abandoned"]
    offered = answered + abandoned
    rejected = [row for row in rows if row["outcome"] == "rejected"]
    ended = [row for row in answered if row["talk_ms"] is not None]
    within = [row for row in answered if row["waited_ms"] <= soon]
    patient = [row for row in offered if row["outcome"] == "answered" or row["waited_ms"] > soon]
    gave_up = [row for row in abandoned if row["waited_ms"] >= short]
    all_ended = [row for row in rows if row["outcome"] != "open"]
    handled = sum(row["talk_ms"] + row["hold_ms"] + row["wrap_ms"] for row in ended)
    return {
        "service_level": (len(within), len(patient), len(patient)),
        "service_level_strict": (len(within), len(offered), len(offered)),
        "asa": (waited(answered), len(answered), len(answered)),
        "queue_time": (waited(offered), len(offered), len(offered)),
        "abandon_rate": (len(gave_up), len(answered) + len(gave_up), len(answered) + len(gave_up)),
        "reject_rate": (len(rejected), len(all_ended), len(all_ended)),
        "aht": (Fraction(handled, 1000), len(ended), len(ended)),
    }


def surveys(rows: list[Row]) -> dict[str, tuple[Any, Any, int]]:
    scores: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        scores[row["survey"]].append(row["score"])
    nps = [1 if score >= 9 else -1 if score <= 6 else 0 for score in scores["nps"]]
    return {
        "csat": (sum(score >= 4 for score in scores["csat"]), len(scores["csat"]), len(scores["csat"])),
        "nps": (sum(nps), len(nps), len(nps)),
        "ces": (sum(score >= 5 for score in scores["ces"]), len(scores["ces"]), len(scores["ces"])),
    }


def orders(rows: list[Row]) -> dict[str, tuple[Any, Any, int]]:
    placed = sum(row["status"] in {"placed", "shipped"} for row in rows)
    return {"orders": (placed, None, placed)}


def lines(rows: list[Row]) -> dict[str, tuple[Any, Any, int]]:
    counted = [row for row in rows if row["counted"]]
    costed = [row for row in counted if row["cost_company"] is not None]
    profit = sum((row["amount_company"] - row["cost_company"] for row in costed), Decimal(0))
    return {
        "gross_profit": (profit, None, len(costed)),
        "gross_profit_coverage": (len(costed), len(counted), len(counted)),
    }


def invoices(rows: list[Row], today: date) -> dict[str, tuple[Any, Any, int]]:
    paid = due = Decimal(0)
    n = 0
    for row in rows:
        if row["amount"] <= 0:
            continue
        on_time = (row["amount_company"] * row["paid_on_time"] / row["amount"]).quantize(Decimal("0.0001"))
        overdue = row["due_on"] < today
        paid, due = paid + on_time, due + (row["amount_company"] if overdue else on_time)
        n += overdue or row["paid_on_time"] > 0
    return {"on_time_payment": (paid, due, n)}


def ledger_months() -> list[Row]:
    """What counts of each ledger month: by its system's named share, else the most trusted of the others whole."""
    named = dict(LedgerShare.objects.values_list("system_id", "share"))
    rows = sorted(LedgerMonth.objects.values(), key=lambda row: trust(row["system_id"]))
    first: dict[date, int] = {}
    for row in rows:
        if row["system_id"] not in named:
            first.setdefault(row["month"], row["id"])
    shares = [(row, named.get(row["system_id"], Decimal(row["id"] == first.get(row["month"])))) for row in rows]
    return [{**row, "counts": share} for row, share in shares if share]


def trust(system_id: int) -> tuple[int, str]:
    system = SourceSystem.objects.get(pk=system_id)
    return system.rank, system.key


def ledger(rows: list[Row]) -> dict[str, tuple[Any, Any, int]]:
    revenue, sales, operating = (
        sum(((row[name] * row["counts"]).quantize(Decimal("0.0001"), ROUND_HALF_UP) for row in rows), Decimal(0))
        for name in ("revenue_company", "cost_of_sales_company", "operating_cost_company")
    )
    months = len({row["month"] for row in rows})
    return {"operating_cost_ratio": (operating, revenue, months), "profit": (revenue - sales - operating, None, months)}


def hygiene(rows: list[Row], rules: KpiRules) -> dict[str, tuple[Any, Any, int]]:
    weights = [getattr(rules, weight_of(point)) for point in POINTS]
    customers = sum(row["customers"] for row in rows)
    fresh = sum(sum(row["ages"][: rules.hygiene_fresh_months]) for row in rows)
    clean, points = (
        sum(weight * count for row in rows for weight, count in zip(weights, row[name], strict=True))
        for name in ("clean_points", "points")
    )
    weight = rules.hygiene_fresh
    return {"hygiene": (clean + weight * fresh, points + weight * customers, customers)}


def issues(rows: list[Row]) -> dict[str, tuple[Any, Any, int]]:
    n = len(rows)
    return {
        "fcr": (sum(row["contacts"] == 1 for row in rows), n, n),
        "contacts_to_resolve": (sum(row["contacts"] for row in rows), n, n),
    }


def chains(now: datetime, window: timedelta) -> list[Row]:
    """Issues that have matured by `now`, with the dimensions of their first contact."""
    contacts = Interaction.objects.filter(direction="in", is_contact=True, customer__isnull=False)
    ordered = contacts.order_by("customer_id", "purpose", "occurred_at", "id").values()
    found: list[Row] = []
    for _key, group in groupby(ordered, key=lambda row: (row["customer_id"], row["purpose"])):
        last: datetime | None = None
        for row in group:
            if last is None or row["occurred_at"] - last > window:
                found.append({**row, "contacts": 0})
            found[-1]["contacts"] += 1
            found[-1]["last_at"] = last = row["occurred_at"]
    return [{**row, "day": day_of(row["occurred_at"])} for row in found if row["last_at"] + window <= now]


def by_day(
    rows: Iterable[Any], compute: Callable[[list[Row]], dict[str, tuple[Any, Any, int]]], day: str = "day"
) -> dict[tuple[str, str], tuple[Any, Any, int]]:
    groups: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[day]].append(row)
    found: dict[tuple[str, str], tuple[Any, Any, int]] = {}
    for at, group in groups.items():
        found |= {(key, at.isoformat()): figures for key, figures in compute(group).items()}
    return {key: figures for key, figures in found.items() if any(figures)}


def all_by_day(*, now: datetime, **scope: Any) -> dict[tuple[str, str], tuple[Any, Any, int]]:
    """(KPI, day) → numerator, denominator, n, by the rules in force; `scope`: filters on the facts, as team_id=3."""
    today, rules = day_of(now), KpiRules.objects.order_by("-id")[:1].get()
    ended = chains(now, timedelta(hours=rules.repeat_window_hours))
    matured = [row for row in ended if all(row[name] == value for name, value in scope.items())]
    found = by_day(Call.objects.filter(**scope).values(), partial(calls, rules=rules))
    found |= by_day(SurveyAnswer.objects.filter(**scope).values(), surveys)
    found |= by_day(Order.objects.filter(**scope).values(), orders)
    found |= by_day(OrderLine.objects.filter(**scope).values(), lines)
    found |= by_day(Invoice.objects.filter(**scope).values(), lambda rows: invoices(rows, today), "due_on")
    found |= by_day(matured, issues)
    found |= by_day(HygieneDay.objects.filter(**scope).values(), partial(hygiene, rules=rules))
    if not scope:
        found |= by_day(ledger_months(), ledger, "month")
    return found


def shown_by_day(**scope: Any) -> dict[tuple[str, str], tuple[Any, Any, int]]:
    """The same from the engine. Revenue is left out: its n is of another table (see test_catalogue)."""
    return {
        (key, point.period): (point.numerator, point.denominator, point.n)
        for key, kpi in CATALOGUE.items()
        if key != "revenue"
        for point in points(kpi=kpi, first=None, last=None, by="day", scope=Scope(**scope))
    }
