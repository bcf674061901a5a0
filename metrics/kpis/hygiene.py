"""The hygiene of customers' data, as it stood at the end of each day.

A day's rows hold customers by point (a field and what is asked of it), so that a change of the weights is computed for
the past as well. So do months: who was confirmed within so many is fresh, whatever the limit was on the day.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from customers.identity.hygiene.checking import REVISION
from customers.identity.hygiene.fields import POINTS, WHOLE, Point
from metrics.engine.base import Kpi
from metrics.engine.components import Component, total
from metrics.engine.sources import FactSource
from metrics.kpis.families import DATA


def weight_of(point: Point) -> str:
    """The rule that says what a point weighs."""
    return f"hygiene_{'unique' if point.field.key == WHOLE else point.field.key}"


def _weighed(array: str) -> str:
    """Σ weight × customers, points of one weight together."""
    places: dict[str, list[int]] = {}
    for place, point in enumerate(POINTS, start=1):
        places.setdefault(weight_of(point), []).append(place)
    terms = (f"{{{rule}}} * ({' + '.join(f'f.{array}[{at}]' for at in found)})" for rule, found in places.items())
    return " + ".join(terms)


FRESH: Final = "(SELECT coalesce(sum(age), 0) FROM unnest(f.ages[1:{hygiene_fresh_months}]) age)"
HYGIENE_DAYS = FactSource(
    key="hygiene",
    number=8,
    label=_("hygiene of days"),
    family=DATA,
    imports=("customers",),
    table="customers_hygieneday",
    day="f.day",
    team="f.team_id",
    tier="f.tier_id",
    extra={"source": "f.system_id"},
    components=(
        Component("customers", "f.customers"),
        Component("points", f"({_weighed('points')} + {{hygiene_fresh}} * f.customers)"),
        Component("clean", f"({_weighed('clean_points')} + {{hygiene_fresh}} * {FRESH})"),
        total("stale", f"f.customers - {FRESH}", "true", "count"),
    ),
)

HYGIENE = Kpi(
    key="hygiene",
    name=_("Data hygiene"),
    unit="share",
    shape="proportion",
    higher_is_better=True,
    source=HYGIENE_DAYS,
    numerator="clean",
    denominator="points",
    n="customers",
    definition=_(
        "How much of what is asked of customers' data holds: that each field that applies is filled, that what is "
        "filled is valid, that nobody stands there twice, and that somebody confirmed it lately. Each weighs as much "
        "as it is used. As it stood at the end of each day; n counts each customer once a day."
    ),
    formula=_("Σ weight × customers who are clean at a point ÷ Σ weight × customers whom the point applies to"),
    data_source=_("The customers, looked at whenever they change; a day's end is kept."),
    misuse=_(
        "A field that is filled is not yet true. Do not pay for it: whoever is paid for filled fields fills them. Days "
        "follow each other closely, so that n says less than it seems."
    ),
    trade_offs=("aht",),
    trade_off_note=_("Asking for every field makes calls longer."),
    revision=REVISION,
    records="metrics:hygiene",
)
SOURCES = (HYGIENE_DAYS,)
KPIS = (HYGIENE,)
