"""Mending customers with one fault, one after another."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in
from crm.common.limits.limiting import limited, sending
from crm.common.saving import EDIT, Saved, edit_page, posted
from customers.identity.access import get_customer
from customers.identity.editing import change_customer
from customers.identity.forms import CustomerForm
from customers.identity.hygiene.confirming import confirm_customer
from customers.identity.hygiene.explaining import why
from customers.identity.hygiene.fields import BY_KEY, FAULTS, Point
from customers.identity.hygiene.following import follow_at_once
from customers.models import Customer
from customers.page.mending import Asked, find_next, find_previous, how_many, number_of

MAY = ("customers.view_customer", "customers.change_customer")
TEMPLATE = "customers/page/mend.html"
KNOWN = ("email", "phone", "address", "postcode", "city", "country", "tax_id")


@require_safe
@permission_required(MAY, raise_exception=True)
def mend(request: HttpRequest, fault: str) -> HttpResponse:
    """Leads to the next one `after` a customer, or to the one `before`; says so where there is none."""
    point, asked = _point(fault), Asked.of(request.GET, user_id=signed_in(request).pk)
    options: dict[str, Any] = {"reader": request.user, "point": point, "narrowing": asked.narrowing}
    before, after = number_of(request.GET.get("before")), number_of(request.GET.get("after")) or 0
    found = find_previous(**options, before=before) if before else find_next(**options, after=after)
    if found is not None:
        return redirect(_url(point, asked, found))
    context = {"point": point, "left": how_many(**options), "asked": asked, "is_end": bool(after or before)}
    return render(request, TEMPLATE, context)


@require_http_methods(EDIT)
@permission_required(MAY, raise_exception=True)
@limited("search", when=sending)
def mend_one(request: HttpRequest, fault: str, pk: int) -> HttpResponse:
    """The customer's form, at the field. Saved, it leads to the next one."""
    point, asked = _point(fault), Asked.of(request.GET, user_id=signed_in(request).pk)
    customer = get_customer(request, pk)
    form = _form(request, point, pk)
    options: dict[str, Any] = {"reader": request.user, "point": point, "narrowing": asked.narrowing}
    onwards = f"{reverse('customers:mend', args=[point.key])}?{asked.query(after=pk)}"

    def save() -> Saved:
        if "confirm" in request.POST:
            by, seen = signed_in(request), form.cleaned_data["seen"]
            confirm_customer(customer=customer, by=by, now=timezone.now(), seen=seen)
            follow_at_once(pk)
            return Saved(message=_("%(name)s confirmed.") % {"name": customer}, to=onwards)
        change_customer(customer=customer, fields=form.fields_set(), seen=form.cleaned_data["seen"])
        follow_at_once(pk)
        return Saved(message=_("%(name)s saved.") % {"name": customer}, to=onwards)

    def context() -> dict[str, Any]:
        return {
            "point": point,
            "customer": customer,
            "why": why(point, customer),
            "known": _known(customer, but=point.field.key),
            "left": how_many(**options),
            "asked": asked,
            "onwards": onwards,
            "backwards": f"{reverse('customers:mend', args=[point.key])}?{asked.query(before=pk)}",
            "first": form[point.field.key] if point.field.key in form.fields else None,
        }

    return edit_page(request, TEMPLATE, form, save, context)


def _known(customer: Customer, *, but: str) -> list[tuple[str, str]]:
    """What may tell what is missing: whom to ask, and where they are."""
    told = {name: getattr(customer, name) for name in KNOWN if name != but}
    return [(capfirst(str(BY_KEY[name].label)), value) for name, value in told.items() if value]


def _form(request: HttpRequest, point: Point, pk: int) -> CustomerForm:
    form = CustomerForm(posted(request), instance=get_customer(request, pk))
    if point.field.key in form.fields:
        form.fields[point.field.key].widget.attrs["autofocus"] = True
    return form


def _point(fault: str) -> Point:
    if fault not in FAULTS:
        raise Http404
    return FAULTS[fault]


def _url(point: Point, asked: Asked, pk: int) -> str:
    query = asked.query()
    return f"{reverse('customers:mend_one', args=[point.key, pk])}{f'?{query}' if query else ''}"
