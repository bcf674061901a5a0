from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.domain import staff
from accounts.forms import LanguageForm, ProfileForm, ThemeForm
from accounts.models import User

ONE_YEAR_S = 365 * 24 * 3600


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Each role starts where its work is."""
    places = [("metrics.view_dashboard", "metrics:dashboard"), ("customers.view_customer", "customers:list")]
    for permission, url_name in places:
        if request.user.has_perm(permission) and (url := _find_url(url_name)):
            return redirect(url)
    return redirect("accounts:profile")


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=request.user)
    role = staff.find_role(request.user)
    context = {"form": form, "role": role.label if role else None}
    if request.method != "POST":
        return render(request, "accounts/profile.html", context)
    if not form.is_valid():
        return render(request, "accounts/profile.html", context, status=422)
    staff.change_own(user=request.user, **form.cleaned_data)
    messages.success(request, _("Your profile is saved."))
    return _with_language(redirect("accounts:profile"), form.cleaned_data["language"])


@require_POST
@login_not_required
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language for this browser and, signed in, for the account."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return redirect(_next_url(request))
    chosen = form.cleaned_data["language"]
    if isinstance(request.user, User):
        staff.set_language(user=request.user, language=chosen)
    return _with_language(redirect(_next_url(request)), chosen)


@require_POST
@login_not_required
def theme(request: HttpRequest) -> HttpResponse:
    response = redirect(_next_url(request))
    form = ThemeForm(request.POST)
    if form.is_valid():
        response.set_cookie(
            "theme", form.cleaned_data["theme"], max_age=ONE_YEAR_S, samesite="Lax", secure=request.is_secure(),
            httponly=True,
        )  # fmt: skip
    return response


def _with_language(response: HttpResponse, language: str) -> HttpResponse:
    if language:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=ONE_YEAR_S, samesite="Lax")
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    return response


def _next_url(request: HttpRequest) -> str:
    url = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if safe else "/"


def _find_url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
