"""Whom a customer belongs together with: looked at, said, taken back."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.fragments import asks_for_part
from crm.common.limits.limiting import limited
from crm.common.undoing import say_with_undo
from customers.identity.access import get_customer
from customers.identity.relating.reading import SUGGESTED, Group, at_the_same_address, groups_of
from customers.identity.relating.relating import BETWEEN, part, relate, take_back
from customers.models import Customer, Relation
from customers.page.duplicates.views import number_of
from customers.page.related.rollup import Rollup
from customers.page.related.tables import MEMBERS, About
from customers.page.typeahead import offered

VIEW, CHANGES = "customers.view_customer", "customers.change_customer"
Kind = Relation.Kind


@dataclass(frozen=True, kw_only=True)
class Way:
    """In which way another can be related to this one. `is_below`: the other belongs to this one."""

    key: str
    label: Promise
    kind: Kind
    icon: str
    is_below: bool = False


WAYS: Final = (
    Way(key="parent", label=gettext_lazy("Parent company"), kind=Kind.PARENT, icon="building-skyscraper"),
    Way(key="subsidiary", label=gettext_lazy("Subsidiary"), kind=Kind.PARENT, icon="building", is_below=True),
    Way(key="household", label=gettext_lazy("Same household"), kind=Kind.HOUSEHOLD, icon="home"),
    Way(key="buyer", label=gettext_lazy("Same buyer"), kind=Kind.BUYER, icon="shopping-cart"),
)

SAID: Final = {
    "parent": gettext_lazy("“%(name)s” is the parent company now."),
    "subsidiary": gettext_lazy("“%(name)s” is a subsidiary now."),
    "household": gettext_lazy("“%(name)s” is in the household now."),
    "buyer": gettext_lazy("“%(name)s” has the same buyer now."),
}


def _searches(request: HttpRequest) -> bool:
    return bool(request.GET.get("q"))


@require_GET
@permission_required(VIEW, raise_exception=True)
@limited("search", when=_searches)
def related(request: HttpRequest, pk: int) -> HttpResponse:
    """`q`: what somebody looks for another by."""
    customer = get_customer(request, pk)
    may_change = request.user.has_perm(CHANGES) and not customer.is_erased
    groups = groups_of(customer.pk, reader=request.user)
    context: dict[str, Any] = {
        "customer": customer,
        "tab": "related",
        "groups": [_shown(customer, group, may_change=may_change) for group in groups],
        "may_change": may_change,
        **(_found(request, customer, groups) if may_change else {}),
    }
    return render(request, "customers/page/related/related.html", context)


@require_GET
@permission_required((VIEW, CHANGES), raise_exception=True)
@limited("search", when=_searches)
def related_options(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is offered while somebody types."""
    customer = get_customer(request, pk)
    if not asks_for_part(request):
        return redirect(f"{reverse('customers:related', args=[pk])}?q={request.GET.get('q', '')}")
    groups = groups_of(customer.pk, reader=request.user)
    context = {"customer": customer, **_found(request, customer, groups)}
    return render(request, "customers/page/related/options.html", context)


def _shown(customer: Customer, group: Group, *, may_change: bool) -> dict[str, Any]:
    about = About(customer=customer, group=group, may_change=may_change)
    caption = str(group.kind.label)
    below = group.below(customer.pk) if group.kind == Kind.PARENT else []
    is_within = 1 < len(below) < len(group.members)
    return {
        "kind": group.kind,
        "label": caption,
        "total": about.total,
        "below": Rollup.of(member.customer for member in below) if is_within else None,
        "members": MEMBERS.of(group.members, about=about, caption=caption),
    }


def _found(request: HttpRequest, customer: Customer, groups: list[Group]) -> dict[str, Any]:
    """Each with the ways in which it can be related to the customer and is not yet."""
    text = request.GET.get("q", "")
    found = offered(user=signed_in(request), text=text) if text else None
    others = found.customers if found else at_the_same_address(customer, reader=request.user)
    together = {(group.kind, member.customer.pk) for group in groups for member in group.members}
    rows = [
        {"customer": other, "ways": ways}
        for other in others
        if other.pk != customer.pk and (ways := _ways(customer, other, together))
    ]
    return {"typed": text, "offered": found, "found": rows if found else rows[:SUGGESTED]}


def _ways(customer: Customer, other: Customer, together: set[tuple[Kind, int]]) -> list[Way]:
    """Within a group of companies who belongs to whom can still be said otherwise."""
    both = {customer.kind, other.kind}
    return [
        way
        for way in WAYS
        if both <= set(BETWEEN[way.kind]) and (way.kind == Kind.PARENT or (way.kind, other.pk) not in together)
    ]


@require_POST
@permission_required((VIEW, CHANGES), raise_exception=True)
def relate_to(request: HttpRequest, pk: int) -> HttpResponse:
    """`with`: the other; `way`: one of `WAYS`."""
    customer, by = get_customer(request, pk), signed_in(request)
    other = get_customer(request, number_of(_asked(request, "with")))
    way = next((one for one in WAYS if one.key == _asked(request, "way")), None)
    if way is None:
        return _refused(request, customer.pk, _("Choose how the two are related."))
    below, above = (other, customer) if way.is_below else (customer, other)
    try:
        done = relate(customer=below, to=above, kind=way.kind, by=by, now=timezone.now())
    except DomainError as error:
        return _refused(request, customer.pk, str(error))
    undo = reverse("customers:relation_undo", args=[customer.pk, done.relation.pk])
    say_with_undo(request, SAID[way.key] % {"name": other.name}, undo=undo, page=_tab(customer.pk))
    return _to(request, customer.pk)


@require_POST
@permission_required((VIEW, CHANGES), raise_exception=True)
def part_from(request: HttpRequest, pk: int) -> HttpResponse:
    """`kind`: of the group the customer is taken out of; `page`: the customer whose tab it was asked on."""
    customer, page = get_customer(request, pk), number_of(_asked(request, "page")) or pk
    kind = _asked(request, "kind")
    if kind not in Kind.values:
        return _to(request, page)
    try:
        parted = part(customer=customer, kind=kind, by=signed_in(request), now=timezone.now())
    except DomainError as error:
        return _refused(request, page, str(error))
    words = _("“%(name)s” is taken out of: %(group)s.") % {"name": customer.name, "group": Kind(kind).label}
    if parted is None:
        messages.info(request, words)
    else:
        undo = reverse("customers:relation_undo", args=[customer.pk, parted.relation_id])
        say_with_undo(request, words, undo=f"{undo}?gone=1&page={page}", page=_tab(page))
    return _to(request, page)


@require_POST
@permission_required((VIEW, CHANGES), raise_exception=True)
def relation_undo(request: HttpRequest, pk: int, relation_id: int) -> HttpResponse:
    """`page`: whose tab it was asked on; `gone`: it was taken out, else said."""
    customer, page = get_customer(request, pk), number_of(_asked(request, "page")) or pk
    was_said = not _asked(request, "gone")
    try:
        take_back(relation_id=relation_id, customer=customer, was_said=was_said, by=signed_in(request))
    except DomainError as error:
        return _refused(request, page, str(error))
    messages.success(request, _("Undone."))
    return _to(request, page)


def _asked(request: HttpRequest, name: str) -> str:
    return request.POST.get(name) or request.GET.get(name, "")


def _refused(request: HttpRequest, page: int, words: str) -> HttpResponse:
    messages.error(request, words)
    return _to(request, page)


def _to(request: HttpRequest, page: int) -> HttpResponse:
    """The tab, as it is now."""
    url = _tab(page)
    return HttpResponseClientRedirect(url) if asks_for_part(request) else redirect(url)


def _tab(page: int) -> str:
    return reverse("customers:related", args=[page])
