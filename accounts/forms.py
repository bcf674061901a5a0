from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.domain import recovery
from accounts.models import User
from crm.common.context_processors import THEMES


class ProfileForm(forms.ModelForm[User]):
    """What people may change about themselves."""

    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As the browser asks for")), *settings.LANGUAGES]
    )

    class Meta:
        model = User
        fields = ("name", "language")


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=[(theme, theme) for theme in THEMES])


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc] # allauth has no types
    """Named in the settings; takes every address alike."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **_options: Any) -> str:
        uid, key = recovery.PLACE.split("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})
        email: str = self.cleaned_data["email"]
        recovery.ask_for_reset(email=email, link=request.build_absolute_uri(path), language=get_language() or "")
        return email
