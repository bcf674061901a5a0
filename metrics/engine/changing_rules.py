"""Change the rules that KPI definitions rest on: a new version beside the old ones, and the figures recomputed."""

from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common import locks
from crm.common.errors import DomainError
from crm.common.versions import check_seen
from metrics.engine import known
from metrics.engine.rules import RULES, Rule, Values
from metrics.engine.waking import wake_recompute
from metrics.models import KpiRules

IDENTITY: Final = ("id",)
"""What tells one version from the others: values and reason may come again."""


class RuleOutOfRange(DomainError):
    """A value that a rule cannot have."""


class RulesUnchanged(DomainError):
    """What was asked for is in force already."""


def change_rules(*, values: Values, reason: str, by: User | None, seen: str | None = None) -> KpiRules:
    """Put all rules in force from now on; figures follow with the next recompute, which is woken.

    Until figures by the new rules are whole, those by the rules before are shown and named (`metrics.engine.keeping`).
    `values`: rule → its value. `seen`: `version(row, IDENTITY)` of the row that was read. Raises RuleOutOfRange,
    RulesUnchanged, ChangedMeanwhile.
    """
    for rule in RULES:
        _check(rule, values[rule.key])
    with transaction.atomic(), connection.cursor() as cursor:
        locks.take(cursor, exclusive=[locks.KPI_RULES])
        current = KpiRules.objects.order_by("-id")[:1].get()
        check_seen(current, seen, IDENTITY)
        if current.values == dict(values):
            raise RulesUnchanged(_("These rules are in force already."))
        made = KpiRules.objects.create(**values, reason=reason, set_by=by)
        transaction.on_commit(known.refresh)
        wake_recompute()
    return made


def _check(rule: Rule, value: int) -> None:
    if not rule.smallest <= value <= rule.largest:
        raise RuleOutOfRange(
            _("%(rule)s: from %(smallest)d to %(largest)d %(unit)s, not %(value)d.")
            % {
                "rule": rule.label,
                "smallest": rule.smallest,
                "largest": rule.largest,
                "unit": rule.unit,
                "value": value,
            }
        )
