"""Log a contact, take it back, say it better."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.fragments import asks_for_part
from crm.common.saving import EDIT, Beside, Saved, edit_page, posted
from customers.identity.access import get_customer
from customers.interactions.correcting import correct_interaction, may_correct
from customers.interactions.forms import CorrectionForm, InteractionForm
from customers.interactions.purposes import offered
from customers.interactions.recording import InFuture, TooLongAgo, log_interaction, undo_interaction
from customers.interactions.to_do.answering import CHANGED
from customers.interactions.to_do.due import OutOfReach
from customers.models import Customer, Interaction
from customers.page.timeline_chips import timeline_context


@require_http_methods(EDIT)
@permission_required("customers.add_interaction", raise_exception=True)
def log_contact(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_customer(request, pk)
    user, people = signed_in(request), request.GET.get("contact", "")
    initial = {"channel": request.GET.get("channel", "phone"), "direction": "in", "contact": people}
    form = InteractionForm(posted(request), words=offered(), customer=customer, user=user, initial=initial)

    def save() -> Saved:
        logged = log_interaction(customer=customer, by=user, now=timezone.now(), **form.said())
        if logged.customer and logged.customer != customer:
            return _with_another(logged.customer)
        part = partial(_logged, request, customer)
        return Saved(message=_("Contact logged."), to=customer, part=part)

    context = {"customer": customer}
    beside: Beside = {InFuture: "occurred_at", TooLongAgo: "occurred_at", OutOfReach: "follow_when"}
    return edit_page(request, "customers/page/log_contact.html", form, save, context, part="#form", beside=beside)


@require_POST
@permission_required("customers.add_interaction", raise_exception=True)
def undo_contact(request: HttpRequest, pk: int) -> HttpResponse:
    interaction = get_object_or_404(Interaction.objects.visible_to(request.user), pk=pk, customer__isnull=False)
    customer = get_customer(request, interaction.customer_id or 0)
    try:
        undo_interaction(interaction=interaction, by=signed_in(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return _show_timeline(request, customer)
    return _show_timeline(request, customer, _("Contact taken back."))


@require_http_methods(EDIT)
@permission_required("customers.add_interaction", raise_exception=True)
def correct_contact(request: HttpRequest, pk: int) -> HttpResponse:
    visible = Interaction.objects.visible_to(request.user).filter(customer__isnull=False)
    interaction = get_object_or_404(visible.select_related("agent"), pk=pk)
    user, now = signed_in(request), timezone.now()
    if not may_correct(agent_id=interaction.agent_id, created_at=interaction.created_at, by=user, now=now):
        raise PermissionDenied
    customer = get_customer(request, interaction.customer_id or 0)
    form = CorrectionForm(posted(request), instance=interaction, words=offered(), customer=customer)

    def save() -> Saved:
        correct_interaction(interaction=form.instance, by=user, now=now, seen=form.cleaned_data["seen"])
        return Saved(message=_("Contact changed."), to=customer)

    context = {"customer": customer, "tab": "overview", "interaction": interaction}
    beside: Beside = {InFuture: "occurred_at", TooLongAgo: "occurred_at"}
    return edit_page(request, "customers/page/correct_contact.html", form, save, context, beside=beside)


def _with_another(customer: Customer) -> Saved:
    said = _("Contact logged with %(name)s: this customer has become one with them.") % {"name": customer}
    return Saved(message=said, to=customer, part=partial(HttpResponseClientRedirect, customer.get_absolute_url()))


def _show_timeline(request: HttpRequest, customer: Customer, done: str = "") -> HttpResponse:
    if done:
        messages.success(request, done)
    if not asks_for_part(request):
        return redirect(customer)
    return _timeline(request, customer, "customers/page/timeline.html")


def _logged(request: HttpRequest, customer: Customer) -> HttpResponse:
    """The timeline anew, and word to the lists of tasks on the page."""
    return trigger_client_event(_timeline(request, customer, "customers/page/logged.html"), CHANGED)


def _timeline(request: HttpRequest, customer: Customer, template: str) -> HttpResponse:
    return render(request, template, {"customer": customer, "oob": True, **timeline_context(request, customer)})
