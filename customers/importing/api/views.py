"""The door of the API, and the page that describes it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from customers.importing.api import describing, schemas, scopes


@csrf_exempt
@login_not_required
def api(request: HttpRequest, rest: str) -> HttpResponseBase:
    """Any address below /api/v1/. The library that answers is loaded with the first request, not with the pages."""
    from customers.importing.api.ninja_api import resolver  # noqa: PLC0415 - heavy: ninja

    try:
        found = resolver().resolve(rest)
    except Resolver404:
        kinds = ", ".join(spec.kind for spec in scopes.offered())
        words = _("There is nothing at this address; kinds are: %(kinds)s.") % {"kinds": kinds}
        return JsonResponse({"errors": [{"field": "", "message": words}]}, status=404)
    answer: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
    return answer


@login_not_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    from customers.importing.api.ninja_api import document  # noqa: PLC0415 - heavy: ninja

    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same in words, made here: no script, and nothing from elsewhere."""
    root = request.build_absolute_uri("/api/v1/")
    context = {"kinds": describing.kinds(), "root": root, "most": schemas.MOST_ITEMS}
    return render(request, "customers/importing/api.html", context)
