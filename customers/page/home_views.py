"""The start page: what there is to do today."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_GET

from accounts.access import signed_in
from crm.common.days import today
from crm.common.fragments import asks_for_part
from crm.common.paging import keyset_page
from customers.interactions.purposes import named
from customers.page.home import my_news, unmatched_contacts
from customers.page.home_tables import NEWS, UNMATCHED
from customers.registry.home import HomePanel, home_panels

NEWS_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card as it is shown. `address`: its own, for showing it anew, and later where it is not `is_here` yet."""

    key: str
    title: str | Promise
    address: str
    event: str = ""
    body: str = ""
    count: int | None = None
    url: str = ""

    @property
    def is_here(self) -> bool:
        return bool(self.body)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    panels = home_panels(signed_in(request))
    is_short = any(panel.column == "lead" for panel in panels)
    columns = {
        column: list(_cards(request, (one for one in panels if one.column == column), is_short=is_short))
        for column in ("lead", "main", "side")
    }
    return render(request, "customers/page/home.html", {**columns, "today": today(), "is_empty": not panels})


@require_GET
def home_panel(request: HttpRequest, key: str) -> HttpResponse:
    """One card, for the page to put in place; a page of its own without script."""
    panel = next((one for one in home_panels(signed_in(request)) if one.key == key), None)
    if panel is None:
        raise Http404
    card = _card(request, panel, is_short="short" in request.GET)
    template = "customers/page/home_card.html" if asks_for_part(request) else "customers/page/home_panel.html"
    return render(request, template, {"card": card, "panel": panel})


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def news_list(request: HttpRequest) -> HttpResponse:
    """All of my customers with something new, at most NEWS_SHOWN of them."""
    found = my_news(user=signed_in(request), now=timezone.now(), limit=NEWS_SHOWN)
    return render(request, "customers/page/home_news_list.html", {"news": NEWS.of(found.rows), "found": found})


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def unmatched_list(request: HttpRequest) -> HttpResponse:
    """Contacts that belong to no customer, the newest first."""
    contacts = unmatched_contacts(reader=signed_in(request)).select_related("team")
    page = keyset_page(contacts, sort="-occurred_at", cursor=request.GET.get("cursor", ""), within="customer_id")
    table = UNMATCHED.of(page.rows, about=named(), page=page)
    return render(request, "customers/page/home_unmatched.html", {"unmatched": table})


def _cards(request: HttpRequest, panels: Iterable[HomePanel], *, is_short: bool) -> Iterable[Card]:
    for panel in panels:
        card = _empty(panel, is_short=is_short) if panel.is_deferred else _card(request, panel, is_short=is_short)
        if card is not None:
            yield card


def _empty(panel: HomePanel, *, is_short: bool) -> Card:
    address = reverse("customers:home_panel", args=[panel.key]) + ("?short" if is_short else "")
    return Card(key=panel.key, title=panel.title, address=address, event=panel.event)


def _card(request: HttpRequest, panel: HomePanel, *, is_short: bool) -> Card | None:
    context = panel.context(request)
    if context is None:
        return None
    body = render_to_string(panel.template, {**context, "is_short": is_short}, request=request)
    return replace(_empty(panel, is_short=is_short), body=body, count=context.get("count"), url=context.get("url", ""))
