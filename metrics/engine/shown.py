"""Which version of the figures is shown: by the rules in force once it is whole, until then by the rules before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from metrics.engine import known
from metrics.engine.base import Kpi
from metrics.engine.definitions import Definition
from metrics.engine.rules import RULES, Values
from metrics.engine.versions import rules_shown
from metrics.models import RollupVersion


@dataclass(frozen=True, slots=True)
class Recomputing:
    """A KPI whose figures do not follow the rules in force yet.

    `by`: rule → its value in the figures shown, where it differs. `as_of`: by the rules in force, but of then. Neither:
    they are computed for the first time, or by sums that are new.
    """

    by: tuple[tuple[str, int], ...] = ()
    as_of: datetime | None = None


def find_recomputing(kpi: Kpi) -> Recomputing | None:
    """How the figures of `kpi` that are shown differ from what its rules say; None: not at all."""
    values = known.state().values
    for source in kpi.sources:
        shown = rules_shown(source)
        by = tuple((name, shown[name]) for name in source.rules if name in kpi.rules and shown[name] != values[name])
        found = Recomputing(by=by) if by else _unfinished(Definition(source, shown))
        if found:
            return found
    return None


def _unfinished(shown: Definition) -> Recomputing | None:
    rows = {row.version: row for row in known.state().versions_of(shown.number)}
    row: RollupVersion | None = rows.get(shown.version)
    if row is None:  # of a new database nothing is kept at all, and its pages say what to do
        return Recomputing() if rows else None
    if row.is_fresh:
        return None
    return Recomputing(as_of=row.behind_since) if row.whole_at else Recomputing()


def are_recomputing(kpis: Iterable[Kpi]) -> bool:
    return any(find_recomputing(kpi) for kpi in kpis)


def notes(kpis: Iterable[Kpi]) -> list[str]:
    """What a page says of the KPIs whose figures are still to follow the rules; empty when all do."""
    names: dict[Recomputing, list[str]] = {}
    for kpi in kpis:
        found = find_recomputing(kpi)
        if found:
            names.setdefault(found, []).append(str(kpi.name))
    return [_note(found, ", ".join(listed)) for found, listed in names.items()]


def _note(found: Recomputing, kpis: str) -> str:
    if found.by:
        return _("Being recomputed by changed rules: %(kpis)s. Shown meanwhile by the rules before: %(rules)s.") % {
            "kpis": kpis, "rules": _rules(found),
        }  # fmt: skip
    if found.as_of:
        moment = date_format(timezone.localtime(found.as_of), "DATETIME_FORMAT")
        return _("Being recomputed: %(kpis)s. Shown meanwhile as of %(moment)s.") % {"kpis": kpis, "moment": moment}
    return _("Being computed for the first time: %(kpis)s. What is shown is not whole yet.") % {"kpis": kpis}


def rules_in_words(values: Values) -> str:
    """Rules with their values and units."""
    return "; ".join(f"{rule.label} {values[rule.key]} {rule.unit}" for rule in RULES if rule.key in values)


def _rules(found: Recomputing) -> str:
    values, rules = known.state().values, {rule.key: rule for rule in RULES}
    return "; ".join(
        _("%(rule)s %(old)d %(unit)s, from now on %(new)d")
        % {"rule": rules[name].label, "old": old, "unit": rules[name].unit, "new": values[name]}
        for name, old in found.by
    )
