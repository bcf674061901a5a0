"""The addresses of a customer who was absorbed lead to the survivor's.

What somebody sends from a form that was open goes there as it is, so that they see it beside what stands there.
"""

import re
from collections.abc import Callable
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from customers.models import Customer

AS_IT_IS: Final = 307
"""The status by which a browser sends a form once more, to the other address."""


class BecameAnother(Http404):
    """The customer has become one with `survivor`, whom the reader may see."""

    def __init__(self, *, customer_id: int, survivor: Customer) -> None:
        super().__init__()
        self.customer_id, self.survivor = customer_id, survivor


class LeadToSurvivors:
    """Middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, BecameAnother):
            return None
        response = HttpResponseRedirect(_address(request.get_full_path(), exception))
        if request.method not in {"GET", "HEAD"}:
            response.status_code = AS_IT_IS
        return response


def _address(asked: str, became: BecameAnother) -> str:
    """The same page of the survivor; their own where the address names the customer in some other way."""
    named = re.compile(rf"(/customers/|[?&]customer=){became.customer_id}(?=[/&?#]|$)")
    said, count = named.subn(rf"\g<1>{became.survivor.pk}", asked, count=1)
    return said if count else became.survivor.get_absolute_url()
