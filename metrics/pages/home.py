"""The card of the start page for those who steer: what changed since the last read-out, targets missed, the money."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import Reader
from crm.common.days import today
from customers.registry.home import HomePanel
from metrics.engine import known
from metrics.engine.scope import COMPANY
from metrics.models import Evaluation
from metrics.pages.dashboard import Card, dashboard
from metrics.programme.roi_page import roi_page


@dataclass(frozen=True, kw_only=True)
class ReadOut:
    """The verdicts of the company on a day that was the end of a month: KPI → verdict."""

    day: date
    verdicts: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Change:
    card: Card
    before: str


def find_read_out(reader: Reader, *, before: date) -> ReadOut | None:
    """The newest before that day. One query."""
    judged = Evaluation.objects.visible_to(reader).filter(**COMPANY.filters())
    read_out = judged.filter(details__read_out=True, as_of__lt=before).order_by("-as_of").values("as_of")[:1]
    rows = judged.filter(as_of=Subquery(read_out)).values_list("as_of", "kpi", "verdict")
    verdicts = {kpi: (day, verdict) for day, kpi, verdict in rows}
    day = next((day for day, _verdict in verdicts.values()), None)
    return ReadOut(day=day, verdicts={kpi: verdict for kpi, (_day, verdict) in verdicts.items()}) if day else None


def changes(cards: Sequence[Card], read_out: ReadOut | None) -> Iterator[Change]:
    """KPIs whose verdict is another than at the read-out."""
    for card in cards:
        before = read_out.verdicts.get(card.kpi.key) if read_out else None
        if before is not None and before != card.verdict:
            yield Change(card=card, before=before)


def missed(cards: Sequence[Card], *, today: date) -> list[Card]:
    """Those whose target is due and not reached."""
    return [card for card in cards if card.target and card.target.due_on <= today and card.target_reached is False]


@known.pinned()
def _steering(request: HttpRequest) -> dict[str, Any]:
    reader, day = request.user, today()
    page = dashboard(reader, scope=COMPANY, teams=(), today=day)
    cards = [card for family in page.families for card in family.cards]
    judged_on = page.freshness.judged_on
    read_out = find_read_out(reader, before=judged_on) if judged_on else None
    return {
        "page": page,
        "read_out": read_out,
        "changes": list(changes(cards, read_out)),
        "missed": missed(cards, today=day),
        "money": roi_page(reader, as_of=day) if reader.has_perm("metrics.view_roi") else None,
        "url": reverse("metrics:dashboard"),
    }


STEERING: Final = HomePanel(
    key="steering",
    title=_("Is the CRM working?"),
    template="metrics/pages/home.html",
    context=_steering,
    permission="metrics.view_dashboard",
    order=5,
    column="lead",
    is_deferred=True,
)
