"""Freeze a KPI's figures from before go-live as evidence."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.days import day_of
from crm.common.errors import DomainError
from metrics.engine import clock, figures, known
from metrics.engine.evidence import Question, evidence
from metrics.engine.recomputing import Tally, is_waiting, one_snapshot, settle
from metrics.engine.rules import in_force
from metrics.engine.scope import COMPANY, Scope
from metrics.engine.series import Point, has_data, points
from metrics.engine.shown import are_recomputing
from metrics.engine.versions import rules_shown
from metrics.kpis import Kpi
from metrics.models import Baseline, DriftCheck
from metrics.models.goals import ROWS

ATTEMPTS = 5
ENOUGH_MONTHS = 12  # monthly points; with fewer a baseline describes, it does not carry a test of its trend
PLACES = Decimal(10) ** -10


class WindowNotBeforeGoLive(DomainError):
    """A baseline must end before go-live, and start before it ends."""


class NoData(DomainError):
    """There is nothing to freeze in the window."""


class AlreadyFrozen(DomainError):
    """The same KPI, scope, window and go-live were frozen before."""


@dataclass(frozen=True)
class Preview:
    """What a baseline would hold. `months` and `days` have data each; see `Baseline` for the rest."""

    kpi: Kpi
    scope: Scope
    first: date
    last: date
    go_live_on: date
    total: Point
    months: list[Point]
    days: list[Point]
    judged_at: datetime
    chosen_after_go_live: bool

    @cached_property
    def source_hash(self) -> str:
        """Reads every row of the window."""
        rules = rules_shown(self.kpi.source)
        question = Question(scope=self.scope, first=self.first, last=self.last, moment=self.judged_at, rules=rules)
        return evidence(self.kpi, question).hash

    @property
    def is_descriptive(self) -> bool:
        """Too few monthly points for more than a description."""
        return len(self.months) < ENOUGH_MONTHS


class NotSettled(DomainError):
    """The last days of the window may still change."""


class FiguresMoving(DomainError):
    """Facts of the window kept changing while they were to be frozen."""


def preview(*, kpi: Kpi, first: date, last: date, go_live_on: date, today: date, scope: Scope = COMPANY) -> Preview:
    """Raises WindowNotBeforeGoLive. `today`: whether the window is chosen after go-live."""
    if last >= go_live_on or first > last:
        raise WindowNotBeforeGoLive(
            _("The window %(first)s to %(last)s must start before it ends and end before go-live on %(go_live)s.")
            % {"first": first, "last": last, "go_live": go_live_on}
        )

    def read(by: str) -> list[Point]:
        found = points(kpi=kpi, first=first, last=last, by=by, scope=scope)
        return [point for point in found if by == "total" or has_data(point)]

    return Preview(
        kpi=kpi,
        scope=scope,
        first=first,
        last=last,
        go_live_on=go_live_on,
        total=read("total")[0],
        months=read("month"),
        days=read("day"),
        judged_at=clock.judged_at(kpi.sources) or timezone.now(),
        chosen_after_go_live=today >= go_live_on,
    )


def freeze(
    *,
    kpi: Kpi,
    first: date,
    last: date,
    go_live_on: date,
    today: date,
    by: User | None,
    scope: Scope = COMPANY,
    note: str = "",
) -> Baseline:
    """Bring everything the KPI rests on up to its facts, judged now, then freeze figures and rows as one snapshot.

    Raises WindowNotBeforeGoLive, NotSettled, NoData, AlreadyFrozen; FiguresMoving where facts of the window change all
    the time.
    """
    _check_settled(kpi, last=last, now=timezone.now())
    for _attempt in range(ATTEMPTS):
        settle(kpi.sources, moment=timezone.now(), tally=Tally())
        with known.pinned(), one_snapshot():
            _check_settled(kpi, last=last, now=timezone.now())  # by the rules of the figures: they may be others by now
            if not is_waiting(kpi.sources, first=first, last=last) and not are_recomputing([kpi]):
                found = preview(kpi=kpi, first=first, last=last, go_live_on=go_live_on, today=today, scope=scope)
                return _keep(found, by=by, note=note)
    raise FiguresMoving(_("Facts of this window are changing all the time. Try again when that has ended."))


def last_settled(kpi: Kpi, *, now: datetime) -> date:
    """The last day whose figures change no more by time alone."""
    return day_of(now) - timedelta(days=1 + kpi.source.settles(in_force()))


def _check_settled(kpi: Kpi, *, last: date, now: datetime) -> None:
    settled = last_settled(kpi, now=now)
    if last > settled:
        raise NotSettled(
            _("Figures of the days after %(day)s may still change. Let the window end on that day, or wait.")
            % {"day": settled}
        )


def _keep(found: Preview, *, by: User | None, note: str) -> Baseline:
    if found.total.value is None:
        raise NoData(_("There is no data from %(first)s to %(last)s.") % {"first": found.first, "last": found.last})
    try:
        with transaction.atomic():
            frozen = Baseline.objects.create(**_fields(found), signed_by=by, note=note)
            DriftCheck.objects.create(
                baseline=frozen, checked_at=found.judged_at, present=frozen.value, version=frozen.version
            )
            return frozen
    except IntegrityError as error:
        raise AlreadyFrozen(_("This baseline is frozen already.")) from error


def _fields(found: Preview) -> dict[str, Any]:
    total = found.total
    assert total.value is not None
    return {
        "kpi": found.kpi.key,
        "version": found.kpi.version,
        **found.scope.columns,
        "window_from": found.first,
        "window_to": found.last,
        "go_live_on": found.go_live_on,
        "numerator": total.numerator,
        "denominator": total.denominator,
        "value": total.value.quantize(PLACES),
        "n": total.n,
        "components": total.components,
        "series": [_entry(found.kpi, point) for point in found.months],
        "days": [_entry(found.kpi, point) for point in found.days],
        "source_hash": found.source_hash,
        "hash_scheme": ROWS,
        "judged_at": found.judged_at,
        "chosen_after_go_live": found.chosen_after_go_live,
    }


def _entry(kpi: Kpi, point: Point) -> dict[str, Any]:
    """JSON numbers; money too, which fits a float to the cent."""
    shown = figures.row(kpi, point)
    return {name: float(each) if isinstance(each, Decimal) else each for name, each in shown.items()}
