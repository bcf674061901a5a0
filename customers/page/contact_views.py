"""Log a contact, and take it back."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.fragments import asks_for_part, render_part
from customers.identity.access import get_customer
from customers.interactions.forms import InteractionForm
from customers.interactions.purposes import offered
from customers.interactions.recording import log_interaction, undo_interaction
from customers.models import Customer, Interaction
from customers.page.views import timeline_context


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("customers.add_interaction", raise_exception=True)
def log_contact(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_customer(request, pk)
    if request.method != "POST":
        initial = {"channel": request.GET.get("channel", "phone"), "direction": "in"}
        form = InteractionForm(words=offered(), initial=initial)
        return _show_form(request, customer, form)
    form = InteractionForm(request.POST, words=offered())
    if form.is_valid():
        try:
            log_interaction(customer=customer, by=signed_in(request), now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error("occurred_at", str(error))
        else:
            return _show_timeline(request, customer, _("Contact logged."), template="customers/page/logged.html")
    return _show_form(request, customer, form, status=422)


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


def _show_form(request: HttpRequest, customer: Customer, form: InteractionForm, status: int = 200) -> HttpResponse:
    context = {"customer": customer, "form": form}
    return render_part(request, "customers/page/log_contact.html", "#form", context, status=status)


def _show_timeline(
    request: HttpRequest, customer: Customer, done: str = "", *, template: str = "customers/page/timeline.html"
) -> HttpResponse:
    if done:
        messages.success(request, done)
    if not asks_for_part(request):
        return redirect(customer)
    return render(request, template, {"customer": customer, "oob": True, **timeline_context(request, customer)})
