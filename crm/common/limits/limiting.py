"""Views that one user may ask for only so often."""

import math
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.common.limits.counting import take
from crm.common.limits.rates import Rate

View = Callable[..., HttpResponseBase]


def always(_request: HttpRequest) -> bool:
    return True


def sending(request: HttpRequest) -> bool:
    """A form is sent; to look at it costs nothing."""
    return request.method == "POST"


def limited(name: str, *, when: Callable[[HttpRequest], bool] = always) -> Callable[[View], View]:
    """Count a request `when` it is of the kind that costs, by the rate `name` of the settings' CRM_LIMITS.

    Beyond it: 429 with a sentence that says when to try again, as a page or, for htmx, as a message on the page that
    asked. Stands below the decorators that ask for permissions. The same name on several views counts them together.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not when(request):
                return view(request, *args, **kwargs)
            rate: Rate = settings.CRM_LIMITS[name]
            taken = take(rate, "limit", name, request.user.pk)
            if taken.is_allowed:
                return view(request, *args, **kwargs)
            return too_many(request, rate=rate, wait_s=taken.wait_s)

        return counted

    return decorate


def too_many(request: HttpRequest, *, rate: Rate, wait_s: int) -> HttpResponse:
    said = {"uses": rate.uses, "window": spelt(rate.window), "wait": spelt(timedelta(seconds=wait_s))}
    text = _("Too many requests: at most %(uses)s in %(window)s. Try again in %(wait)s.") % said
    if "HX-Request" in request.headers:
        context = {"messages": [Message(constants.WARNING, text)]}
        answer = render(request, "components/messages.html", context, status=429)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#messages", "outerHTML"
    else:
        answer = render(request, "429.html", {"text": text}, status=429)
    answer["Retry-After"] = str(wait_s)
    return answer


def spelt(span: timedelta) -> str:
    """Seconds up to a minute, then whole minutes, rounded up."""
    seconds = math.ceil(span.total_seconds())
    if seconds < 60:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = math.ceil(seconds / 60)
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
