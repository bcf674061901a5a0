"""A record is split off, a merge is undone: from the tab of sources, after a page that says what goes."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from crm.common.errors import DomainError
from crm.common.saving import EDIT
from customers.identity.access import get_customer
from customers.identity.joined import find_merge, how_in_words, what_goes
from customers.identity.merging.undoing import AlreadyUndone, undo_merge
from customers.models import Customer, Merge

MERGES = "customers.merge_customer"


@require_http_methods(EDIT)
@permission_required(MERGES, raise_exception=True)
def take_apart(request: HttpRequest, pk: int, merge_id: int) -> HttpResponse:
    customer = get_customer(request, pk)
    merge = find_merge(customer, merge_id)
    if merge is None:
        messages.warning(request, str(AlreadyUndone()))
        return redirect("customers:sources", pk=customer.pk)
    if request.method == "POST":
        return _undone(request, customer, merge)
    context = {
        "customer": customer, "tab": "sources", "merge": merge, "is_link": merge.how == Merge.How.LINK,
        "how": how_in_words(merge), "goes": what_goes(merge),
    }  # fmt: skip
    return render(request, "customers/identity/take_apart.html", context)


def _undone(request: HttpRequest, customer: Customer, merge: Merge) -> HttpResponse:
    try:
        undo_merge(merge=merge, by=signed_in(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        words = _("%(name)s is a customer of its own again, with the number %(id)d.")
        messages.success(request, words % {"name": merge.name, "id": merge.absorbed_id})
    return redirect("customers:sources", pk=customer.pk)
