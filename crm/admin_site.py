"""Django admin behind the same sign-in as every other page: second step, rate limits and all."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache


class CrmAdminSite(AdminSite):
    site_title = _("Baseline CRM")
    site_header = _("Baseline CRM: administration")
    index_title = _("Administration")
    site_url = "/"

    @method_decorator([never_cache, login_not_required])
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002 (Django passes it)
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def _build_app_dict(self, request: HttpRequest, label: Any = None) -> dict[str, Any]:
        """Of the models that stand beside every page, by names in the reader's language.

        Django leaves them lazy, and translates each anew whenever two are compared to sort them, or one is shown.
        """
        found = super()._build_app_dict(request, label)
        for app in found.values():
            for model in app["models"]:
                model["name"] = str(model["name"])
        return found
