"""The tiers with how many customers each has, and the policy that decides."""

from dataclasses import dataclass

from django.db.models import Count

from accounts.access import Reader
from customers.models import Customer, Tier, TierPolicy
from customers.tiers.tiering import Rule, find_policy, read_rules


@dataclass(frozen=True, kw_only=True)
class TierRow:
    tier: Tier
    customers: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Tiers:
    """`without` counts the customers that have no tier; `rules` are of the policy in force, best tier first."""

    rows: list[TierRow]
    without: int
    total: int
    policy: TierPolicy | None
    rules: list[Rule]


def tiers(user: Reader) -> Tiers:
    """With the customers that `user` may see. Three queries; the count reads the index on (tier, name, id) once."""
    known = list(Tier.objects.all())
    counts = dict(Customer.objects.visible_to(user).order_by().values_list("tier").annotate(n=Count("pk")))
    total = sum(counts.values())
    policy = find_policy()
    rows = [
        TierRow(tier=tier, customers=counts.get(tier.pk, 0), share=counts.get(tier.pk, 0) / total if total else 0)
        for tier in known
    ]
    rules = read_rules(rules=policy.rules, tiers={tier.key: tier for tier in known}) if policy else []
    return Tiers(rows=rows, without=counts.get(None, 0), total=total, policy=policy, rules=rules)
