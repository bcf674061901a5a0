"""The page of the data hygiene: the score now and its course, the worst points first, fields, teams and sources."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.common.charts import Chart, Series
from crm.common.templatetags.figures import percent
from customers.identity.hygiene.counting import Counts, Narrowing, applicable_of, clean_of, customers_of
from customers.identity.hygiene.fields import CUSTOMER, DIMENSIONS, FIELDS, FRESHNESS, POINTS, Field, Point
from metrics.engine import series as engine
from metrics.engine.rules import Values
from metrics.engine.scope import Scope
from metrics.kpis.hygiene import HYGIENE, weight_of

DAYS_SHOWN: Final = 92
EVERY_POINT: Final = (*POINTS, FRESHNESS)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Of `of` customers whom it applies to, `clean` are; weighed, where it is of several points."""

    clean: int
    of: int

    @property
    def share(self) -> Decimal | None:
        """None where it applies to nobody."""
        return Decimal(self.clean) / Decimal(self.of) if self.of else None


@dataclass(frozen=True, kw_only=True)
class Line:
    """A point: who is not clean at it, and what that costs the score."""

    point: Point
    figure: Figure
    weight: int
    all_points: int
    query: str

    @property
    def faulty(self) -> int:
        return self.figure.of - self.figure.clean

    @property
    def lost(self) -> Decimal:
        """Of the score, as a share."""
        return Decimal(self.weight * self.faulty) / Decimal(self.all_points) if self.all_points else Decimal(0)

    @property
    def list_url(self) -> str:
        return f"{reverse('customers:list')}?{_joined(f'hygiene={self.point.key}', self.query)}"

    @property
    def mend_url(self) -> str:
        return f"{reverse('customers:mend', args=[self.point.key])}{f'?{self.query}' if self.query else ''}"


@dataclass(frozen=True, kw_only=True)
class FieldLine:
    """A field with each dimension that is asked of it, by key."""

    field: Field
    points: dict[str, Line]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A team, a source or everybody: the score and each dimension. `url`: of the page, narrowed to it."""

    name: str
    url: str
    customers: int
    score: Figure
    dimensions: dict[str, Figure]


def weight(point: Point, rules: Values) -> int:
    return rules["hygiene_fresh" if point is FRESHNESS else weight_of(point)]


def figures(counts: Counts) -> list[tuple[Point, Figure]]:
    """Of every point, unweighed."""
    return [(point, Figure(clean=clean_of(point, counts), of=applicable_of(point, counts))) for point in EVERY_POINT]


def together(found: Iterable[tuple[Point, Figure]], rules: Values) -> Figure:
    """Several points as one, each by its weight."""
    clean = of = 0
    for point, each in found:
        weighs = weight(point, rules)
        clean, of = clean + weighs * each.clean, of + weighs * each.of
    return Figure(clean=clean, of=of)


def part(counts: Counts, rules: Values, *, name: str = "", url: str = "") -> Part:
    found = figures(counts)
    return Part(
        name=name,
        url=url,
        customers=customers_of(counts),
        score=together(found, rules),
        dimensions={
            each.key: together([one for one in found if one[0].dimension is each], rules) for each in DIMENSIONS
        },
    )


def lines(counts: Counts, rules: Values, narrowing: Narrowing) -> list[Line]:
    """Every point, what costs the score most first."""
    query, told = as_query(narrowing), figures(counts)
    points = together(told, rules).of
    found = [
        Line(point=point, figure=each, weight=weight(point, rules), all_points=points, query=query)
        for point, each in told
    ]
    return sorted(found, key=lambda line: (-line.lost, -line.faulty))


def field_lines(found: Sequence[Line]) -> list[FieldLine]:
    """By field, the customer as a whole first."""
    return [
        FieldLine(field=field, points={each.point.dimension.key: each for each in found if each.point.field is field})
        for field in (CUSTOMER, *FIELDS)
    ]


def as_query(narrowing: Narrowing) -> str:
    """As the list of customers and the mending read it."""
    given = {
        "team": narrowing.team, "source": narrowing.source, "owner": "me" if narrowing.owner is not None else None,
    }  # fmt: skip
    return urlencode({key: value for key, value in given.items() if value is not None})


def course(narrowing: Narrowing, *, today: date, score: Decimal | None) -> Chart | None:
    """By day, of a team and a source; of an owner nothing is kept. None with fewer than two days."""
    if narrowing.owner is not None:
        return None
    scope = Scope(team_id=narrowing.team or None)
    extra = {} if narrowing.source is None else {"source": str(narrowing.source)}
    first = today - timedelta(days=DAYS_SHOWN - 1)
    found = engine.points(kpi=HYGIENE, first=first, last=today, by="day", scope=scope, extra=extra)
    if len(found) < 2 or narrowing.team == 0:
        return None
    return Chart(
        key="hygiene",
        title=_title(found[0].value, score if score is not None else found[-1].value),
        x=[point.period for point in found],
        series=[Series(name=str(HYGIENE.name), values=[point.value for point in found])],
        format="percent",
    )


def _title(before: Decimal | None, now: Decimal | None) -> str:
    words = {"before": percent(before, 1), "now": percent(now, 1)}
    if before is None or now is None or words["before"] == words["now"]:
        return capfirst(_("Data hygiene stands at %(now)s") % words)
    if now > before:
        return _("Data hygiene rose from %(before)s to %(now)s") % words
    return _("Data hygiene fell from %(before)s to %(now)s") % words


def _joined(*parts: str) -> str:
    return "&".join(part for part in parts if part)
