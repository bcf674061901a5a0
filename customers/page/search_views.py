"""The search from any page."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.access import signed_in
from crm.common.fragments import asks_for_part
from crm.common.limits.limiting import limited
from customers.page.typeahead import offered


def _searches(request: HttpRequest) -> bool:
    return asks_for_part(request) and bool(request.GET.get("q"))


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
@limited("search", when=_searches)
def typeahead(request: HttpRequest) -> HttpResponse:
    """What is offered while somebody types; without script the list of all who are found."""
    text = request.GET.get("q", "")
    if not asks_for_part(request):
        return redirect(f"{reverse('customers:list')}?{urlencode({'q': text})}")
    context = {"offered": offered(user=signed_in(request), text=text), "typed": text}
    return render(request, "customers/page/typeahead.html", context)
