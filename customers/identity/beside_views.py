"""What people set beside a customer's name: owner and team, tags, whether they follow."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.fragments import asks_for_part
from crm.common.limits.limiting import limited
from crm.common.saving import EDIT, Saved, edit_page, posted
from customers.identity.access import get_customer
from customers.identity.following_customers import follow, unfollow
from customers.identity.owner_forms import OwnerForm
from customers.identity.owning import assign_owner
from customers.identity.tagging import add_tag, remove_tag
from customers.identity.tags import find_by_id, suggestions
from customers.models import Customer

CHANGES = "customers.change_customer"


@require_http_methods(EDIT)
@permission_required(CHANGES, raise_exception=True)
def customer_owner(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_customer(request, pk)
    form = OwnerForm(posted(request), instance=get_customer(request, pk))

    def save() -> Saved:
        owner, team, seen = (form.cleaned_data[name] for name in ("owner", "team", "seen"))
        by, now = signed_in(request), timezone.now()
        assign_owner(customer=customer, owner=owner, team=team, by=by, now=now, seen=seen)
        return Saved(to=customer, message=_("Saved."), part=lambda: _part(request, customer, "owner"))

    return edit_page(request, "customers/identity/owner_form.html", form, save, {"customer": customer}, part="#form")


@require_POST
@permission_required(CHANGES, raise_exception=True)
def tag_add(request: HttpRequest, pk: int) -> HttpResponse:
    customer, may_make = get_customer(request, pk), request.user.has_perm("customers.add_tag")
    name = request.POST.get("name", "")
    return _write(request, customer, "tags", lambda: add_tag(customer=customer, name=name, may_make=may_make))


@require_POST
@permission_required(CHANGES, raise_exception=True)
def tag_remove(request: HttpRequest, pk: int, tag_id: int) -> HttpResponse:
    customer, tag = get_customer(request, pk), find_by_id(tag_id)
    if tag is None:
        raise Http404
    return _write(request, customer, "tags", lambda: remove_tag(customer=customer, tag=tag))


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
@limited("search")
def tag_options(request: HttpRequest) -> HttpResponse:
    """What the field of a new tag offers while somebody types."""
    context = {"tags": suggestions(request.GET.get("name", "") or request.GET.get("into", ""))}
    return render(request, "customers/identity/tag_options.html", context)


@require_POST
@permission_required("customers.view_customer", raise_exception=True)
def customer_follow(request: HttpRequest, pk: int) -> HttpResponse:
    customer, user, now = get_customer(request, pk), signed_in(request), timezone.now()
    return _write(request, customer, "follow", lambda: follow(customer=customer, user=user, now=now))


@require_POST
@permission_required("customers.view_customer", raise_exception=True)
def customer_unfollow(request: HttpRequest, pk: int) -> HttpResponse:
    customer, user = get_customer(request, pk), signed_in(request)
    return _write(request, customer, "follow", lambda: unfollow(customer=customer, user=user))


def _write(request: HttpRequest, customer: Customer, part: str, write: Callable[[], object]) -> HttpResponse:
    """Do it, and show the part anew; without script the customer's page."""
    try:
        write()
    except DomainError as error:
        messages.error(request, str(error))
    return _part(request, customer, part) if asks_for_part(request) else redirect(customer)


def _part(request: HttpRequest, customer: Customer, part: str) -> HttpResponse:
    context = {"customer": get_customer(request, customer.pk), "oob": True}
    return render(request, f"customers/identity/{part}.html", context)
