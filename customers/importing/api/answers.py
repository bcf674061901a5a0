"""What the API answers: JSON, and a refusal as `errors` that name the field."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from customers.importing.api.bodies import Refused

BUSY_S: Final = 5


def json_answer(found: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    return JsonResponse(found, status=status, json_dumps_params={"ensure_ascii": False})


def refusal(error: Refused) -> HttpResponse:
    answer = json_answer({"errors": [fault.as_json() for fault in error.faults]}, status=error.status)
    if error.retry_after_s:
        answer["Retry-After"] = str(error.retry_after_s)
    return answer


def nobody() -> HttpResponse:
    answer = refusal(Refused(401, _("Send a token that is in use: “Authorization: Bearer TOKEN”."), "Authorization"))
    answer["WWW-Authenticate"] = 'Bearer realm="api"'
    return answer


def busy(error: Exception) -> HttpResponse:
    return refusal(Refused(503, str(error), retry_after_s=BUSY_S))
