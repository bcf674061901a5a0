"""Merge a customer with another whom somebody chose: side by side, confirmed, and taken back from the message."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.fragments import asks_for_part
from crm.common.limits.limiting import limited
from crm.common.saving import EDIT
from crm.common.undoing import say_with_undo
from customers.identity.access import get_customer
from customers.identity.reviewing.apart import said_of
from customers.identity.reviewing.deciding import merge_pair
from customers.identity.reviewing.queue import of_two, proposed_with
from customers.identity.reviewing.running import MAY
from customers.identity.reviewing.words import reasons
from customers.models import Customer
from customers.page.duplicates.comparing import Pair, find_pair
from customers.page.duplicates.views import VIEW, number_of
from customers.page.typeahead import offered

TEMPLATE = "customers/page/duplicates/merge_with.html"


def _searches(request: HttpRequest) -> bool:
    return bool(request.GET.get("q"))


@require_http_methods(EDIT)
@permission_required((VIEW, MAY), raise_exception=True)
@limited("search", when=_searches)
def customer_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """`with`: the other; `q`: what somebody looks for the other by."""
    customer = get_customer(request, pk)
    other = number_of(request.POST.get("with") or request.GET.get("with"))
    said = request.POST.dict()
    survivor = number_of(said.get("survivor")) or pk
    pair = (
        find_pair(reader=request.user, left_id=pk, right_id=other, survivor_id=survivor, said=said) if other else None
    )
    if pair is not None and request.method == "POST":
        try:
            return _merge(request, pair, survivor)
        except DomainError as error:
            messages.error(request, str(error))
    text = request.GET.get("q", "")
    context: dict[str, Any] = {
        "customer": customer,
        "pair": pair,
        "typed": text,
        **_found(request, customer, pair, text),
    }
    return render(request, TEMPLATE, context)


@require_GET
@permission_required((VIEW, MAY), raise_exception=True)
@limited("search", when=_searches)
def merge_options(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is offered while somebody types."""
    customer, text = get_customer(request, pk), request.GET.get("q", "")
    if not asks_for_part(request):
        return redirect(f"{reverse('customers:merge', args=[pk])}?q={text}")
    context = {"customer": customer, "typed": text, **_found(request, customer, None, text)}
    return render(request, "customers/page/duplicates/merge_options.html", context)


def _found(request: HttpRequest, customer: Customer, pair: Pair | None, text: str) -> dict[str, Any]:
    if pair is not None:
        left, right = sorted(side.customer.pk for side in pair.sides)
        match = of_two(reader=request.user, left_id=left, right_id=right)
        return {"said": said_of(left, right), "reasons": reasons(match) if match else [], "match": match}
    if not text:
        proposed = _proposed(request, customer)
        return {"proposed": proposed, "found": proposed}
    found = offered(user=signed_in(request), text=text)
    others = [one for one in found.customers if one.pk != customer.pk and one.kind == customer.kind]
    return {"offered": found, "found": others}


def _proposed(request: HttpRequest, customer: Customer) -> list[Customer]:
    """Whom the last look found to be the same, the most probable first."""
    ids = proposed_with(reader=request.user, customer_id=customer.pk)
    there = Customer.objects.visible_to(request.user).select_related("tier").in_bulk(ids)
    return [there[pk] for pk in ids if pk in there]


def _merge(request: HttpRequest, pair: Pair, survivor: int) -> HttpResponse:
    match = merge_pair(
        left=pair.left.customer, right=pair.right.customer, survivor_id=survivor,
        values=pair.chosen(request.POST.dict()), by=signed_in(request), now=timezone.now(),
    )  # fmt: skip
    absorbed = next(side.customer for side in pair.sides if side.customer.pk != survivor)
    words = _("“%(name)s” has become one with this customer.") % {"name": absorbed.name}
    undo = reverse("customers:duplicate_undo", args=[match.pk])
    say_with_undo(request, words, undo=f"{undo}?from=message", page=undo)
    return redirect("customers:detail", survivor)
