"""Freeze a KPI's figures from before go-live as evidence, and tell when the source data change underneath them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from crm.common.errors import DomainError
from metrics.engine import figures, reading_sql
from metrics.engine.definitions import Definition
from metrics.engine.recomputing import Tally, settle
from metrics.engine.rules import in_force
from metrics.engine.scope import COMPANY, Scope
from metrics.engine.series import Point, has_data, points
from metrics.kpis import Kpi, get_kpi
from metrics.models import Baseline

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
    source_hash: str
    chosen_after_go_live: bool

    @property
    def is_descriptive(self) -> bool:
        """Too few monthly points for more than a description."""
        return len(self.months) < ENOUGH_MONTHS


@dataclass(frozen=True)
class Drift:
    """A frozen baseline beside what the source data give for its window today.

    `comparable` is False when the KPI's definition has another version by now; the present figures are then a
    restatement under the new one. `changed`: the source data of the window are not those that were frozen.
    """

    frozen: Decimal | None
    present: Decimal | None
    changed: bool
    comparable: bool

    @property
    def difference(self) -> Decimal | None:
        return None if self.frozen is None or self.present is None else self.present - self.frozen


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
        source_hash=source_hash(kpi=kpi, first=first, last=last, scope=scope),
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
    """Recompute what is marked, then freeze. Raises WindowNotBeforeGoLive, NoData, AlreadyFrozen."""
    settle(kpi.sources, moment=timezone.now(), tally=Tally())
    found = preview(kpi=kpi, first=first, last=last, go_live_on=go_live_on, today=today, scope=scope)
    if found.total.value is None:
        raise NoData(_("There is no data from %(first)s to %(last)s.") % {"first": first, "last": last})
    try:
        with transaction.atomic():
            return Baseline.objects.create(**_fields(found), signed_by=by, note=note)
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
        "chosen_after_go_live": found.chosen_after_go_live,
    }


def _entry(kpi: Kpi, point: Point) -> dict[str, Any]:
    """JSON numbers; money too, which fits a float to the cent."""
    shown = figures.row(kpi, point)
    return {name: float(each) if isinstance(each, Decimal) else each for name, each in shown.items()}


def source_hash(*, kpi: Kpi, first: date, last: date, scope: Scope) -> str:
    """sha256 over the sums this KPI reads, cell by cell in order."""
    where, parameters = scope.where(first=first, last=last)
    query = reading_sql.hash_of_cells(Definition(kpi.source, in_force()), components=kpi.components, where=where)
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return str(cursor.fetchone()[0])


def drift(baseline: Baseline) -> Drift:
    """Hold a frozen baseline against the present source data of its window."""
    kpi = get_kpi(baseline.kpi)
    first, last, scope = baseline.window_from, baseline.window_to, Scope.of(baseline)
    (now,) = points(kpi=kpi, first=first, last=last, scope=scope)
    comparable = kpi.version == baseline.version
    return Drift(
        frozen=baseline.value,
        present=None if now.value is None else now.value.quantize(PLACES),
        changed=comparable and source_hash(kpi=kpi, first=first, last=last, scope=scope) != baseline.source_hash,
        comparable=comparable,
    )
