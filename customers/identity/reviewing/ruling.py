"""Whether the nightly look merges by itself: an administrator's to say, who has seen whom it would merge."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.audit.recording import record
from crm.common.errors import DomainError
from customers.models import MergeRule

LEAST = 0.9
"""What is less probable is for people to decide."""


class TooBold(DomainError):
    """A rule needs more certainty than that."""


def find_rule() -> MergeRule | None:
    return MergeRule.objects.filter(pk=1).first()


def merge_from() -> float | None:
    """The probability from which the nightly look merges; None while it is off, as it is at first."""
    rule = find_rule()
    return rule.least if rule and rule.is_on else None


def set_rule(*, is_on: bool, least: float, by: User, now: datetime) -> MergeRule:
    """Raises TooBold."""
    if not LEAST <= least <= 1:
        raise TooBold(_("A rule merges from a probability of 0.9 on, at most 1."))
    with transaction.atomic():
        values = {"is_on": is_on, "least": least, "changed_by": by, "changed_at": now}
        rule, _made = MergeRule.objects.update_or_create(pk=1, defaults=values)
        record(what="duplicates.rule", by=by, details={"is_on": is_on, "least": least})
    return rule
