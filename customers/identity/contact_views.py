"""The people at a customer: who they are, add one, change one, take one away and back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.common.errors import DomainError
from crm.common.limits.limiting import limited, sending
from crm.common.paging import keyset_page
from crm.common.saving import EDIT, AsksBack, Saved, edit_page, posted
from customers.identity.access import get_customer
from customers.identity.contact_forms import ContactForm
from customers.identity.contact_tables import PEOPLE, MayDo
from customers.identity.contacts import add_contact, change_contact, make_primary, remove_contact, restore_contact
from customers.identity.people import alike, find_contact, people, removed_people
from customers.models import Contact, Customer

CHANGES = "customers.change_customer"


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def people_list(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_customer(request, pk)
    page = keyset_page(people(customer), sort="search", cursor=request.GET.get("cursor", ""))
    rows = sorted(page.rows, key=lambda contact: not contact.is_primary)
    may = MayDo(
        log=request.user.has_perm("customers.add_interaction") and not customer.is_erased,
        edit=request.user.has_perm(CHANGES) and not customer.is_erased,
    )
    removed = removed_people(customer, now=timezone.now()) if may.edit else []
    context = {"people": PEOPLE.of(rows, about=may, page=page), "removed": removed}
    return render(request, "customers/identity/people.html", {"customer": customer, "tab": "people", **context})


@require_http_methods(EDIT)
@permission_required(CHANGES, raise_exception=True)
@limited("search", when=sending)
def contact_add(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_customer(request, pk)
    form = ContactForm(posted(request))

    def save() -> Saved:
        _ask_back(request, form, customer)
        contact = add_contact(customer=customer, **form.fields_set())
        return Saved(message=_("%(name)s added.") % {"name": contact}, to=_people(contact))

    return edit_page(request, "customers/identity/contact.html", form, save, {"customer": customer, "tab": "people"})


@require_http_methods(EDIT)
@permission_required(CHANGES, raise_exception=True)
@limited("search", when=sending)
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _get_contact(request, pk)
    customer = get_customer(request, contact.customer_id)
    form = ContactForm(posted(request), instance=_get_contact(request, pk))

    def save() -> Saved:
        _ask_back(request, form, customer, contact)
        change_contact(contact=contact, seen=form.cleaned_data["seen"], **form.fields_set())
        return Saved(message=_("Saved."), to=_people(contact))

    context = {"customer": customer, "contact": contact, "tab": "people"}
    return edit_page(request, "customers/identity/contact.html", form, save, context)


@require_POST
@permission_required(CHANGES, raise_exception=True)
def contact_primary(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _get_contact(request, pk)
    return _done(request, contact, lambda: make_primary(contact=contact), _("%(name)s is the first to ask for."))


@require_POST
@permission_required(CHANGES, raise_exception=True)
def contact_remove(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _get_contact(request, pk)
    now = timezone.now()
    return _done(request, contact, lambda: remove_contact(contact=contact, now=now), _("%(name)s removed."))


@require_POST
@permission_required(CHANGES, raise_exception=True)
def contact_restore(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _get_contact(request, pk, removed=True)
    return _done(request, contact, lambda: restore_contact(contact=contact), _("%(name)s is back."))


def _ask_back(request: HttpRequest, form: ContactForm, customer: Customer, contact: Contact | None = None) -> None:
    """Once, where the new phone or e-mail is somebody else's already."""
    if "anyway" not in request.POST:
        found = alike(customer=customer, reader=request.user, contact=contact, **form.reached_anew())
        if found:
            raise AsksBack(alike=found)


def _done(request: HttpRequest, contact: Contact, write: Any, words: str) -> HttpResponse:
    try:
        write()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words % {"name": contact})
    return redirect(_people(contact))


def _people(contact: Contact) -> str:
    return reverse("customers:people", args=[contact.customer_id])


def _get_contact(request: HttpRequest, pk: int, *, removed: bool = False) -> Contact:
    contact = find_contact(pk=pk, user=request.user, removed=removed)
    if contact is None:
        raise Http404
    return contact
