"""Where one customer stands: what they bought and owe, their tier, why, and what the next one takes."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from crm.common import prepared
from customers.models import Tier, TierAssignment, TierPolicy
from customers.tiers.tiering import Rule, read_rules
from customers.trade.figures import MONTHS
from customers.trade.figures_sql import ARE_OF_TODAY
from customers.trade.orders import counts

AFRESH: Final = "(SELECT NOT is_kept FROM known)"

# The figures of `retier` for one customer, with what else the page says. They are those kept for lists where these are
# of today and of as many months; else worked out by index probes on the customer, which take as long as there is trade.
STANDING = f"""
WITH policy AS (
  SELECT version, measure, window_months, rules FROM customers_tierpolicy
  WHERE published_at IS NOT NULL ORDER BY version DESC LIMIT 1
), span AS MATERIALIZED (
  SELECT (%(today)s::date - make_interval(months => coalesce((SELECT window_months FROM policy), {MONTHS}))
          + interval '1 day')::date AS first
), known AS MATERIALIZED (
  SELECT coalesce((SELECT window_months FROM policy), {MONTHS}) = {MONTHS} AND {ARE_OF_TODAY} AS is_kept
), ever AS (
  SELECT count(*) AS orders, coalesce(sum(o.amount_company), 0) AS amount FROM customers_order o
  WHERE o.customer_id = %(customer)s AND {counts("o")} AND {AFRESH}
)
SELECT (SELECT to_jsonb(policy) FROM policy),
       (SELECT jsonb_agg(to_jsonb(t) ORDER BY rank) FROM customers_tier t),
       (SELECT jsonb_build_object('tier_id', tier_id, 'reason', reason, 'from', lower(valid), 'until', upper(valid))
        FROM crm_tier_on(%(customer)s, %(today)s)),
       span.first, coalesce(kept.revenue, bought.revenue, 0), coalesce(kept.cost, bought.cost, 0),
       coalesce(kept.profit + kept.cost, bought.covered, 0),
       coalesce(kept.orders, ever.orders), coalesce(kept.ordered, ever.amount),
       coalesce(kept.due, billed.due, 0), coalesce(kept.on_time, billed.on_time, 0),
       coalesce(kept.open, owed.open, 0), coalesce(kept.overdue, owed.overdue, 0),
       coalesce(kept.overdue_invoices, owed.overdue_invoices, 0),
       CASE WHEN kept IS NULL THEN CASE WHEN owed.overdue_invoices > 0 THEN owed.oldest END ELSE kept.overdue_since END
FROM span CROSS JOIN ever
LEFT JOIN customers_customerfigures kept ON kept.customer_id = %(customer)s AND NOT {AFRESH}
LEFT JOIN LATERAL (
  SELECT * FROM crm_bought(span.first, %(today)s) WHERE customer_id = %(customer)s AND {AFRESH} OFFSET 0
) bought ON true
LEFT JOIN LATERAL (
  SELECT * FROM crm_billed(span.first, %(today)s, %(today)s) WHERE customer_id = %(customer)s AND {AFRESH} OFFSET 0
) billed ON true
LEFT JOIN (SELECT * FROM crm_owed(%(today)s) WHERE customer_id = %(customer)s AND {AFRESH} OFFSET 0) owed ON true
"""  # noqa: S608 - constants


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """The assignment in force: since when, until when (None: open), and whether a person made it."""

    since: date
    until: date | None
    by_person: bool


@dataclass(frozen=True, kw_only=True)
class NextTier:
    """What is missing to the next better tier: money in the company's currency, and the share paid on time it asks."""

    tier: Tier
    missing_value: Decimal
    needed_on_time: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Figures are of the policy's trailing window up to today; `on_time` is None when nothing was due."""

    measure: str
    months: int
    first: date
    value: Decimal
    revenue: Decimal
    covered: Decimal | None
    due: Decimal
    on_time: Decimal | None
    orders: int
    ordered: Decimal
    open: Decimal
    overdue: Decimal
    overdue_count: int
    overdue_since: date | None
    assigned: Assigned | None
    tier: Tier | None
    earned: Tier | None
    next: NextTier | None

    @property
    def is_about_to_move(self) -> bool:
        """The figures of today earn another tier than the customer is in; the next retier acts on it."""
        return self.earned != self.tier and not (self.assigned and self.assigned.by_person)


def standing(*, customer_id: int, today: date) -> Standing:
    """One query."""
    with connection.cursor() as cursor:
        prepared.run(cursor, STANDING, {"customer": customer_id, "today": today})
        row = cursor.fetchone()
    assert row is not None
    policy, tiers, assignment, first, revenue, cost, covered, orders, ordered, due, on_time, *owed = row
    known = {tier["key"]: Tier(**tier) for tier in _json(tiers) or []}
    policy = _json(policy) or {"measure": "profit", "window_months": 12, "rules": []}
    rules = read_rules(rules=policy["rules"], tiers=known) if policy["rules"] else []
    value = revenue - cost if policy["measure"] == TierPolicy.Measure.PROFIT else revenue
    share = on_time / due if due else None
    assignment = _json(assignment)
    tier = next((t for t in known.values() if assignment and t.pk == assignment["tier_id"]), None)
    return Standing(
        measure=policy["measure"], months=policy["window_months"], first=first, value=value, revenue=revenue,
        covered=covered / revenue if revenue > 0 else None, due=due, on_time=share, orders=orders, ordered=ordered,
        open=owed[0], overdue=owed[1], overdue_count=owed[2], overdue_since=owed[3],
        assigned=_assigned(assignment), tier=tier, earned=earned_tier(rules, value, share),
        next=next_tier(rules, tier, value, share),
    )  # fmt: skip


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _assigned(assignment: dict[str, Any] | None) -> Assigned | None:
    if assignment is None:
        return None
    until = assignment["until"]
    return Assigned(
        since=date.fromisoformat(assignment["from"]),
        until=date.fromisoformat(until) if until else None,
        by_person=assignment["reason"] == TierAssignment.Reason.OVERRIDE,
    )


def earned_tier(rules: list[Rule], value: Decimal, on_time: Decimal | None) -> Tier | None:
    """The first rule whose every minimum is met; nothing due counts as paid on time, as in `retier`."""
    share = Decimal(1) if on_time is None else on_time
    for rule in rules:
        if (rule.min_value is None or value >= rule.min_value) and (
            rule.min_on_time is None or share >= rule.min_on_time
        ):
            return rule.tier
    return None


def next_tier(rules: list[Rule], tier: Tier | None, value: Decimal, on_time: Decimal | None) -> NextTier | None:
    """The rule just above the present tier; None for the best."""
    better = [rule for rule in rules if tier is None or rule.tier.rank < tier.rank]
    if not better:
        return None
    rule = better[-1]
    short = rule.min_on_time is not None and on_time is not None and on_time < rule.min_on_time
    return NextTier(
        tier=rule.tier,
        missing_value=max(Decimal(0), (rule.min_value or value) - value),
        needed_on_time=rule.min_on_time if short else None,
    )
