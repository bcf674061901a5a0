"""Retier of all customers beside its floor: the aggregates over order lines and invoices it cannot do without."""

from datetime import timedelta
from typing import Any

from bench.processor import costed
from bench.timing import best, executed, held_against
from crm.common.days import add_months, today
from customers.models import Customer
from customers.tiers import tiering

GOAL = 2.0
FLOOR = """
SELECT count(*) FROM (
  SELECT o.customer_id, sum(l.amount_company - l.cost_company) FROM customers_orderline l
  JOIN customers_order o ON o.id = l.order_id
  WHERE o.day > '{first}' AND o.day <= '{last}' AND l.counted AND o.customer_id IS NOT NULL GROUP BY 1
) profit FULL JOIN (
  SELECT customer_id, sum(amount_company * paid_on_time / amount), sum(amount_company) FROM customers_invoice
  WHERE due_on > '{first}' AND due_on <= '{last}' AND amount > 0 AND customer_id IS NOT NULL GROUP BY 1
) payment USING (customer_id)
"""


CHANGED = """
UPDATE customers_orderline SET amount_company = {factor} * amount_company
WHERE order_id IN (SELECT id FROM customers_order WHERE customer_id % 100 = {place})
"""
NIGHT_GOAL_S, NIGHT_GOAL_MOVED_S = 2.0, 0.001


def measure(*, repeat: int = 3) -> dict[str, Any]:
    """Nothing to move: the run over everyone. The night's, where one in a hundred sold three times as much, and as much
    as before. Then a day earlier, when some do move.
    """
    day = today()
    tiering.retier(as_of=day)
    floor = best(repeat, lambda: executed(FLOOR.format(first=add_months(day, -12), last=day)))
    cost = min((costed(lambda: tiering.retier(as_of=day)) for _ in range(repeat)), key=lambda one: one.seconds)
    tiering.retier(only_changed=True)  # as of whatever was written before
    nights = [night(place, factor) for place in range(repeat) for factor in ("3.0", "(1/3.0)")]
    moved = []
    moving = costed(lambda: moved.append(tiering.retier(as_of=day - timedelta(days=30))))
    return {
        "customers": Customer.objects.count(),
        **held_against(floor, cost.seconds, goal=GOAL),
        **cost.processors,
        "night": min(nights, key=lambda one: one["seconds"] / one["goal_s"]),
        "moving": {
            "moved": sum(run.upgraded + run.downgraded for run in moved),
            "seconds": round(moving.seconds, 2),
            "processor_s": moving.processor_s,
            **moving.processors,
        },
    }


def night(place: int, factor: str) -> dict[str, Any]:
    """Some customers' sales change; then only they are decided."""
    executed(CHANGED.format(place=place, factor=factor))
    runs: list[tiering.Retiered] = []
    cost = costed(lambda: runs.append(tiering.retier(only_changed=True)))
    moved = sum(run.upgraded + run.downgraded for run in runs)
    return {
        "moved": moved,
        "seconds": round(cost.seconds, 2),
        "processor_s": cost.processor_s,
        "goal_s": round(NIGHT_GOAL_S + NIGHT_GOAL_MOVED_S * moved, 2),
    }
