"""Type in a customer, change one."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.common.limits.limiting import limited, sending
from crm.common.saving import EDIT, AsksBack, Saved, edit_page, posted
from customers.identity.access import get_customer
from customers.identity.duplicates import Duplicate, duplicates
from customers.identity.editing import change_customer, create_customer
from customers.identity.forms import CustomerForm
from customers.models import Customer

IDENTIFYING = ("name", "tax_id", "email", "phone")


@require_http_methods(EDIT)
@permission_required("customers.add_customer", raise_exception=True)
@limited("search", when=sending)
def customer_create(request: HttpRequest) -> HttpResponse:
    """Warns of customers that may be the same, once; with "create anyway" it is created all the same."""
    form = CustomerForm(posted(request), initial={"name": request.GET.get("name", "")[:300]})

    def save() -> Saved:
        similar = [] if "anyway" in request.POST else _similar(request, form)
        if similar:
            raise AsksBack(similar=similar)
        customer = create_customer(fields=form.fields_set())
        return Saved(message=_("%(name)s created.") % {"name": customer}, to=customer)

    return edit_page(request, "customers/identity/create.html", form, save)


@require_GET
@permission_required("customers.add_customer", raise_exception=True)
@limited("search")
def similar_customers(request: HttpRequest) -> HttpResponse:
    """Who may be the one being typed in: asked while somebody types."""
    typed = {name: request.GET.get(name, "")[:300].replace("\x00", "") for name in IDENTIFYING}
    found = duplicates(customers=Customer.objects.visible_to(request.user), **typed) if any(typed.values()) else []
    return render(request, "customers/identity/similar.html", {"similar": found})


@require_http_methods(EDIT)
@permission_required("customers.change_customer", raise_exception=True)
@limited("search", when=sending)
def customer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_customer(request, pk)
    form = CustomerForm(posted(request), instance=get_customer(request, pk))

    def save() -> Saved:
        change_customer(customer=customer, fields=form.fields_set(), seen=form.cleaned_data["seen"])
        return Saved(message=_("Saved."), to=customer)

    return edit_page(request, "customers/identity/edit.html", form, save, {"customer": customer})


def _similar(request: HttpRequest, form: CustomerForm) -> list[Duplicate]:
    fields = {name: form.cleaned_data[name] for name in IDENTIFYING}
    return duplicates(customers=Customer.objects.visible_to(request.user), **fields)
