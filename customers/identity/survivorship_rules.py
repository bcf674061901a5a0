"""Which rule a field of customers goes by: an administrator's to say, who has seen how many values that changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.audit.recording import record
from crm.common.errors import DomainError
from crm.common.versions import ChangedMeanwhile, check_seen
from customers.identity.ordering import FIELDS, LONGEST, RANKED, TYPED, Rule
from customers.identity.trust import begin_for_all
from customers.models import SourceSystem, SurvivorshipRule

PERMISSION: Final = "customers.change_survivorshiprule"
COMPARED: Final = ("rule", "systems")
"""What makes a version of a rule."""
WITHOUT_LENGTH: Final = ("kind", "birth_date")


class NoSuchRule(DomainError):
    """A field cannot go by that rule, or the order names what is no source."""


def rule_of(row: SurvivorshipRule | None) -> Rule:
    return Rule(row.rule, tuple(row.systems)) if row else Rule()


def find_rule(field: str) -> SurvivorshipRule | None:
    return SurvivorshipRule.objects.filter(field=field).first()


def rules_by_field() -> Mapping[str, SurvivorshipRule]:
    return {row.field: row for row in SurvivorshipRule.objects.select_related("changed_by")}


def names_of_sources() -> dict[int, str]:
    return dict(SourceSystem.objects.values_list("pk", "name"))


def can_go_by(field: str, rule: str) -> bool:
    """A longer kind or date says no more."""
    return field in FIELDS and rule in SurvivorshipRule.Rule and not (rule == LONGEST and field in WITHOUT_LENGTH)


def set_rule(
    *, field: str, rule: str, systems: Sequence[int] = (), by: User | None, now: datetime, seen: str | None = None
) -> SurvivorshipRule:
    """From now on the field goes by it; whom it concerns take their fields anew by a job (`trust.settle_changes`).

    `systems`: ids of the sources that come first, for the rule by trust. Raises NoSuchRule, ChangedMeanwhile.
    """
    wanted = Rule(rule, tuple(systems) if rule == RANKED else ())
    _check(field, wanted)
    try:
        with transaction.atomic():
            return _set(field, wanted, by, now, seen)
    except IntegrityError as error:  # two gave the field its first rule
        raise ChangedMeanwhile from error


def _check(field: str, wanted: Rule) -> None:
    sources = SourceSystem.objects.filter(pk__in=wanted.systems).exclude(key=TYPED).count()
    if not can_go_by(field, wanted.rule) or sources != len(wanted.systems):
        raise NoSuchRule(_("This field cannot go by that rule."))


def _set(field: str, wanted: Rule, by: User | None, now: datetime, seen: str | None) -> SurvivorshipRule:
    row = SurvivorshipRule.objects.select_for_update().filter(field=field).first()
    check_seen(row, seen, COMPARED)
    before = rule_of(row)
    row = row or SurvivorshipRule(field=field)
    row.rule, row.systems, row.changed_by, row.changed_at = wanted.rule, list(wanted.systems), by, now
    row.save()
    record(
        what="customers.survivorship", by=by,
        details={"field": field, "rule": wanted.rule, "systems": list(wanted.systems)},
    )  # fmt: skip
    if wanted != before:
        begin_for_all()
    return row
