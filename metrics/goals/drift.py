"""Tell when the source data change underneath a frozen baseline."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from metrics.engine import known, reading_sql
from metrics.engine.base import Kpi
from metrics.engine.evidence import Evidence, Question, evidence
from metrics.engine.scope import Scope
from metrics.engine.series import points, value_of
from metrics.engine.versions import definition_shown, rules_shown
from metrics.goals.baselines import PLACES
from metrics.kpis import get_kpi
from metrics.models import Baseline


@dataclass(frozen=True)
class Drift:
    """A frozen baseline beside what the source data give for its window today.

    `comparable` is False when the KPI's definition has another version by now; the present figures are then a
    restatement under the new one. `changed`: the source data of the window are not those that were frozen.
    `by_rows`: it was frozen over the rows its figure is made of; before that over cells, where a change of teams or
    tiers shows as drift although it leaves the figure alone. `version`: the KPI's definition that `present` is under.
    """

    frozen: Decimal | None
    present: Decimal | None
    changed: bool
    comparable: bool
    by_rows: bool
    version: int

    @property
    def difference(self) -> Decimal | None:
        return None if self.frozen is None or self.present is None else self.present - self.frozen


@known.pinned()
def drift(baseline: Baseline) -> Drift:
    """Hold a frozen baseline against the present source data of its window, judged as of when it was frozen.

    One of the first scheme is held against what that scheme froze: the sums of the cells.
    """
    kpi = get_kpi(baseline.kpi)
    if kpi.version != baseline.version:
        return _found(baseline, kpi, _restated(baseline, kpi), changed=False)
    if not baseline.is_over_rows:
        changed = _hash_of_cells(baseline, kpi) != baseline.source_hash
        return _found(baseline, kpi, _restated(baseline, kpi), changed=changed)
    now = _rows(baseline, kpi)
    return _found(baseline, kpi, _value(kpi, now), changed=now.hash != baseline.source_hash)


def _found(baseline: Baseline, kpi: Kpi, present: Decimal | None, *, changed: bool) -> Drift:
    return Drift(
        frozen=baseline.value,
        present=None if present is None else present.quantize(PLACES),
        changed=changed,
        comparable=kpi.version == baseline.version,
        by_rows=baseline.is_over_rows,
        version=kpi.version,
    )


def _rows(baseline: Baseline, kpi: Kpi) -> Evidence:
    assert baseline.judged_at is not None
    question = Question(
        scope=Scope.of(baseline),
        first=baseline.window_from,
        last=baseline.window_to,
        moment=baseline.judged_at,
        rules=rules_shown(kpi.source),
    )
    return evidence(kpi, question)


def _value(kpi: Kpi, found: Evidence) -> Decimal | None:
    numerator, denominator = kpi.parts(found.components)
    return value_of(kpi, numerator=numerator, denominator=denominator, n=sum(found.components.values()))


def _restated(baseline: Baseline, kpi: Kpi) -> Decimal | None:
    """The figure of the window as it is shown today."""
    (now,) = points(kpi=kpi, first=baseline.window_from, last=baseline.window_to, scope=Scope.of(baseline))
    return now.value


def _hash_of_cells(baseline: Baseline, kpi: Kpi) -> str:
    where, parameters = Scope.of(baseline).where()
    query = reading_sql.hash_of_cells(definition_shown(kpi.source), components=kpi.components, where=where)
    with connection.cursor() as cursor:
        cursor.execute(query, {**parameters, "first": baseline.window_from, "last": baseline.window_to})
        return str(cursor.fetchone()[0])
