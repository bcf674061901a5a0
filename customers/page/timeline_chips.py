"""What the timeline's template needs: the entries by day, and the chips that narrow it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.access import signed_in
from crm.common.cells import url_of
from crm.common.kinds import Channel
from crm.common.templatetags.figures import day as in_full
from customers.interactions.entries import ICONS
from customers.models import Customer
from customers.page.reading import Narrowing
from customers.page.timeline import timeline
from customers.registry.page import KINDS, Reader, TimelineEntry, timeline_sources

TEXT_LENGTH = 100


@dataclass(frozen=True, kw_only=True)
class Chip:
    label: str
    url: str
    is_current: bool
    icon: str = ""


def timeline_context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """What `customers/page/timeline.html` needs, for every view that shows it."""
    narrowing, cursor = narrowing_of(request), request.GET.get("cursor", "")
    shown = timeline(customer=customer, user=signed_in(request), cursor=cursor, narrowing=narrowing)
    return {
        "timeline": shown,
        "days": list(by_day(shown.entries, after=request.GET.get("after", ""))),
        "narrowing": narrowing,
        "chips": list(_chips(request.user, customer, narrowing)),
        "parts": list(_parts(customer, narrowing)),
        "channels": [(value, label, ICONS[value]) for value, label in Channel.choices],
        "continued": bool(cursor),
        "more_url": _url(customer, narrowing, cursor=shown.next_cursor, after=_last_day(shown.entries)),
    }


def narrowing_of(request: HttpRequest) -> Narrowing:
    """`?kind=` and, of contacts, `channel=`; `text=`. What is no kind or channel narrows nothing."""
    kind, channel = request.GET.get("kind", ""), request.GET.get("channel", "")
    kind = kind if kind in KINDS else ""
    part = channel if kind == "contacts" and channel in Channel.values else ""
    text = request.GET.get("text", "").replace("\x00", "").strip()[:TEXT_LENGTH]
    return Narrowing(kind=kind, part=part, text=text)


def by_day(entries: Iterable[TimelineEntry], *, after: str = "") -> Iterator[tuple[str, list[TimelineEntry]]]:
    """Heading and entries; no heading where the page before ended within that day (`after`, ISO)."""
    today = timezone.localdate()
    for day, of_day in groupby(entries, key=lambda entry: timezone.localdate(entry.at)):
        yield "" if day.isoformat() == after else _heading(day, today), list(of_day)


def _heading(day: date, today: date) -> str:
    if day == today:
        return _("Today")
    return _("Yesterday") if day == today - timedelta(days=1) else in_full(day)


def _last_day(entries: list[TimelineEntry]) -> str:
    return timezone.localdate(entries[-1].at).isoformat() if entries else ""


def _chips(reader: Reader, customer: Customer, narrowing: Narrowing) -> Iterator[Chip]:
    there = {source.kind for source in timeline_sources(reader)}
    kinds: list[tuple[str, str | Promise]] = [(key, label) for key, label in KINDS.items() if key in there]
    for key, label in [("", _("All")), *kinds]:
        url = _url(customer, Narrowing(kind=key, text=narrowing.text))
        yield Chip(label=str(label), url=url, is_current=key == narrowing.kind)


def _parts(customer: Customer, narrowing: Narrowing) -> Iterator[Chip]:
    """The channels, below the chip of contacts."""
    if narrowing.kind != "contacts":
        return
    for value, label in Channel.choices:
        url = _url(customer, Narrowing(kind="contacts", part=value, text=narrowing.text))
        yield Chip(label=str(capfirst(label)), url=url, is_current=value == narrowing.part, icon=ICONS[value])


def _url(customer: Customer, narrowing: Narrowing, **more: str) -> str:
    asked = {"kind": narrowing.kind, "channel": narrowing.part, "text": narrowing.text, **more}
    query = urlencode({name: value for name, value in asked.items() if value})
    return url_of("customers:timeline", customer.pk) + (f"?{query}" if query else "")
