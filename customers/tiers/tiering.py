"""Which tier a customer is in: the published policy applied to everyone's figures, and the history it leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common import locks
from crm.common.audit.acting import present
from crm.common.audit.recording import record
from crm.common.days import add_months, today
from crm.common.errors import DomainError
from crm.common.hooks import facts_changed
from customers.models import Customer, Tier, TierPolicy
from customers.tiers import assigning, changed, following

ONE_IN, OR_SO_MANY = 5, 1_000  # customers who changed are few


class NoPolicy(DomainError):
    """No tier policy has been published."""


class DayInFuture(DomainError):
    """Figures of a day to come are not known."""


class InvalidPolicy(DomainError):
    """The rules of a policy cannot be applied."""


class AlreadyPublished(DomainError):
    """A published policy stays as it is; changing it takes a new version."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A tier and its minima; None asks for nothing. `min_value` is in the company's currency, `min_on_time` a share."""

    tier: Tier
    min_value: Decimal | None
    min_on_time: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Retiered:
    """What a run did: upgraded + downgraded + held = customers. A first tier counts as an upgrade, losing it as a
    downgrade; held are those who keep theirs, because of their figures or because a person decided so.
    """

    customers: int
    upgraded: int
    downgraded: int
    held: int
    seconds: float


def window(*, as_of: date, months: int) -> tuple[date, date]:
    """First and last day of the trailing window, both counted; `as_of` is the last."""
    return add_months(as_of, -months) + timedelta(days=1), as_of


def find_policy() -> TierPolicy | None:
    """The policy in force: the newest published version."""
    return TierPolicy.objects.filter(published_at__isnull=False).order_by("-version").first()


def get_policy() -> tuple[TierPolicy, list[Rule]]:
    """The policy in force with its rules; raises NoPolicy, and InvalidPolicy where a rule's tier is no more."""
    policy = find_policy()
    if policy is None:
        raise NoPolicy(_("No tier policy is published: publish one first."))
    return policy, read_rules(rules=policy.rules, tiers={tier.key: tier for tier in Tier.objects.all()})


def read_rules(*, rules: Sequence[Mapping[str, Any]], tiers: Mapping[str, Tier]) -> list[Rule]:
    """The rules of a policy as typed values, best tier first; raises InvalidPolicy saying which rule is wrong."""
    read = [_read_rule(rule, tiers, number) for number, rule in enumerate(rules, start=1)]
    if not read:
        raise InvalidPolicy(_("A policy needs at least one rule."))
    ranks = [rule.tier.rank for rule in read]
    if ranks != sorted(set(ranks)):
        raise InvalidPolicy(_("The rules go from the best tier down, each tier once."))
    return read


def _read_rule(rule: Mapping[str, Any], tiers: Mapping[str, Tier], number: int) -> Rule:
    key = str(rule.get("tier", ""))
    if key not in tiers:
        raise InvalidPolicy(_("Rule %(number)d names the unknown tier “%(tier)s”.") % {"number": number, "tier": key})
    min_on_time = _read_minimum(rule.get("min_on_time"), number)
    if min_on_time is not None and not 0 <= min_on_time <= 1:
        raise InvalidPolicy(_("Rule %(number)d: a share paid on time lies between 0 and 1.") % {"number": number})
    return Rule(tier=tiers[key], min_value=_read_minimum(rule.get("min_value"), number), min_on_time=min_on_time)


def _read_minimum(value: object, number: int) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        minimum = Decimal(str(value))
    except InvalidOperation:
        minimum = Decimal("NaN")
    if not minimum.is_finite():
        raise InvalidPolicy(_("Rule %(number)d: “%(value)s” is no number.") % {"number": number, "value": value})
    return minimum


def retier(*, as_of: date | None = None, only_changed: bool = False) -> Retiered:
    """Give every customer the tier the policy in force earns them by their figures as of the end of `as_of`.

    History is kept by days: the decision holds from `as_of` until the customer's next later assignment, and facts of
    those days get the tier. Deciding a day again replaces what was decided for it. Tiers set by a person stay.
    `only_changed`: comes to the same and reads only those of whom something changed since the last run of today, if
    they are known and few.
    """
    started = monotonic()
    day, now = as_of or today(), today()
    if day > now:
        raise DayInFuture(_("%(day)s is still to come.") % {"day": day.isoformat()})
    policy, rules = get_policy()
    with locks.held(locks.RETIER, wait_s=locks.JOB_PATIENCE_S) as free:
        if not free:
            raise locks.Busy(_("Tiers are being decided by another process. Try again later."))
        _note_run(policy, day)
        values = values_of(policy, rules, day=day, now=now)
        changed.note_marks(values)
        ids = _find_few(values, policy) if only_changed else None
        upgraded, downgraded = assigning.assign(values, rules=len(rules), ids=ids)
        if day == now:
            changed.settle(values)
    following.follow()
    customers = Customer.objects.count()
    if upgraded or downgraded:
        transaction.on_commit(facts_changed)
    return Retiered(
        customers=customers,
        upgraded=upgraded,
        downgraded=downgraded,
        held=customers - upgraded - downgraded,
        seconds=round(monotonic() - started, 3),
    )


def _find_few(values: Mapping[str, Any], policy: TierPolicy) -> list[int] | None:
    """Whom to decide, None for everybody: one by one those who changed would take longer where they are many."""
    ids = changed.find_changed(values, first_day=lambda day: window(as_of=day, months=policy.window_months)[0])
    if ids is None or (len(ids) > OR_SO_MANY and ONE_IN * len(ids) > Customer.objects.count()):
        return None
    return ids


def _note_run(policy: TierPolicy, day: date) -> None:
    """One row of the audit a run, before it begins; whose tier changed, and why, stands in the assignments."""
    run = {"as_of": day.isoformat(), "policy": policy.version}
    record(what="tiers.decide", by=None, details={**run, **present()})


def values_of(policy: TierPolicy, rules: list[Rule], *, day: date, now: date) -> dict[str, Any]:
    """The parameters of the statements that decide the tiers of a day (`tiering_sql`)."""
    first, last = window(as_of=day, months=policy.window_months)
    return {
        "as_of": day, "today": now, "first": first, "last": last, "policy": policy.pk, "measure": policy.measure,
        "profit": policy.measure == TierPolicy.Measure.PROFIT, **_rule_values(rules),
    }  # fmt: skip


def _rule_values(rules: list[Rule]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for index, rule in enumerate(rules):
        values |= {
            f"r{index}_tier": rule.tier.pk,
            f"r{index}_value": rule.min_value,
            f"r{index}_share": rule.min_on_time,
        }
    return values


def publish_policy(*, policy: TierPolicy, by: User, at: datetime) -> TierPolicy:
    """Put a version in force; the next retier uses it. Its rules are checked first."""
    with transaction.atomic():
        draft = TierPolicy.objects.select_for_update().get(pk=policy.pk)
        if draft.published_at is not None:
            raise AlreadyPublished(_("Version %(version)d is published already.") % {"version": draft.version})
        read_rules(rules=draft.rules, tiers={tier.key: tier for tier in Tier.objects.all()})
        draft.published_at, draft.published_by = at, by
        draft.save(update_fields=["published_at", "published_by"])
    return draft
