"""What was typed is released, and put back: buttons of the tab of sources."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from crm.common.errors import DomainError
from customers.identity.access import get_customer
from customers.identity.overview import label_of
from customers.identity.releasing import PERMISSION, put_back, release
from customers.identity.survivorship import FIELDS


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def release_value(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    customer, seen = get_customer(request, pk), request.POST.get("seen", "")
    _known(field)
    try:
        release(customer=customer, field=field, seen=seen, by=signed_in(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        words = _("%(field)s: released. What the sources say shows again; “Put back” takes this back.")
        messages.success(request, words % {"field": capfirst(label_of(field))})
    return redirect("customers:sources", pk=pk)


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def restore_value(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    customer = get_customer(request, pk)
    _known(field)
    try:
        put_back(customer=customer, field=field, by=signed_in(request))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(field)s: put back.") % {"field": capfirst(label_of(field))})
    return redirect("customers:sources", pk=pk)


def _known(field: str) -> None:
    if field not in FIELDS:
        raise Http404
