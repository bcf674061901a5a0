"""What is held on a person, and what can be done about it: a copy, or an erase in two steps."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import signed_in
from crm.common.limits.limiting import limited
from crm.common.saving import EDIT, Beside, Saved, edit_page, posted
from customers.identity.access import get_customer
from customers.identity.privacy import asking
from customers.identity.privacy.alike import others_like
from customers.identity.privacy.previewing import preview
from customers.identity.privacy.subjects import NotAPerson, PersonGone, Subject, find_subject
from customers.identity.privacy.tasks import queue
from customers.models import Contact, Customer, PrivacyRequest
from customers.page.privacy.forms import ErasureForm
from customers.page.privacy.tables import HELD, REQUESTS
from customers.querysets.privacy import ERASES, EXPORTS

VIEW = "customers.view_customer"
SHOWN = 20


@require_GET
@permission_required((VIEW, EXPORTS), raise_exception=True)
def customer_privacy(request: HttpRequest, pk: int) -> HttpResponse:
    """Of a person what is held; of an organization, which is none, its people, or one of them (`contact`)."""
    customer = get_customer(request, pk)
    try:
        subject = _subject(request.GET.get("contact", ""), customer)
    except NotAPerson as error:
        people = Contact.everyone.filter(customer=customer).order_by("search", "pk")
        context = {"customer": customer, "sentence": str(error), "people": [one for one in people if not one.is_erased]}
        return render(request, "customers/page/privacy/organization.html", context)
    return render(request, "customers/page/privacy/person.html", _held(request, subject))


@require_POST
@permission_required((VIEW, EXPORTS), raise_exception=True)
@limited("export")
def privacy_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a copy made; its page shows how far it is."""
    try:
        subject = _subject(request.POST.get("contact", ""), get_customer(request, pk))
    except NotAPerson:
        return redirect("customers:privacy", pk)
    try:
        asked = asking.ask_export(subject=subject, by=signed_in(request), now=timezone.now())
    except asking.EraseOpen as error:
        messages.error(request, str(error))
        return redirect("customers:privacy", pk)
    queue(asked)
    return redirect("customers:privacy_request", asked.pk)


@require_http_methods(EDIT)
@permission_required((VIEW, ERASES), raise_exception=True)
def privacy_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """The first step: why, and what will go. Nothing goes yet."""
    try:
        subject = _subject(request.GET.get("contact", ""), get_customer(request, pk))
    except NotAPerson:
        return redirect("customers:privacy", pk)
    form = ErasureForm(posted(request))

    def save() -> Saved:
        asked = asking.ask_erasure(subject=subject, **form.cleaned_data, by=signed_in(request), now=timezone.now())
        return Saved(to=reverse("customers:privacy_confirm", args=[asked.pk]))

    beside: Beside = {asking.NamesThePerson: "reference"}
    context = lambda: _held(request, subject)  # noqa: E731 - asked only where the page is shown
    return edit_page(request, "customers/page/privacy/erase.html", form, save, context, beside=beside)


def _subject(contact: str, customer: Customer) -> Subject:
    """Raises NotAPerson; 404 for a contact who is not theirs."""
    number = int(contact) if contact.isdecimal() and len(contact) < 19 else None
    try:
        found = find_subject(customer_id=customer.pk, contact_id=number)
    except PersonGone as error:
        raise Http404 from error
    if found.customer.pk != customer.pk:
        raise Http404
    return found


def _held(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    requests = PrivacyRequest.objects.visible_to(request.user).filter(customer_id__in=subject.ids["customers"])
    requests = requests.filter(contact_id=subject.contact_id)
    rows = list(requests.select_related("asked_by", "confirmed_by")[:SHOWN])
    return {
        "customer": subject.customer,
        "subject": subject,
        "held": HELD.of(preview(subject)),
        "alike": others_like(subject, reader=request.user),
        "requests": REQUESTS.of(rows) if rows else None,
        "may_erase": request.user.has_perm(ERASES),
    }
