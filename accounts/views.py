from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import signed_in
from accounts.domain import staff
from accounts.forms import LanguageForm, ProfileForm, ThemeForm
from accounts.models import User
from crm.common.coming_from import next_of
from crm.common.saving import EDIT, Saved, edit_page, posted

ONE_YEAR_S = 365 * 24 * 3600


@require_http_methods(EDIT)
def profile(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = ProfileForm(posted(request), instance=User.objects.get(pk=user.pk))
    role = staff.find_role(user)

    def save() -> Saved:
        staff.change_own(user=user, **form.cleaned_data)
        return Saved(message=_("Your profile is saved."), to="accounts:profile")

    response = edit_page(request, "accounts/profile.html", form, save, {"role": role.label if role else None})
    return _with_language(response, user.language) if response.status_code == HTTPStatus.FOUND else response


@require_POST
@login_not_required
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language for this browser and, signed in, for the account."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return redirect(next_of(request, else_to="/"))
    chosen = form.cleaned_data["language"]
    if isinstance(request.user, User):
        staff.set_language(user=request.user, language=chosen)
    return _with_language(redirect(next_of(request, else_to="/")), chosen)


@require_POST
@login_not_required
def theme(request: HttpRequest) -> HttpResponse:
    response = redirect(next_of(request, else_to="/"))
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
