from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.domain import staff
from accounts.models import User
from crm.common.context_processors import THEMES
from crm.common.saving import VersionedForm


class ProfileForm(VersionedForm[User]):
    """What people may change about themselves."""

    compared = staff.OWN

    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As the browser asks for")), *settings.LANGUAGES]
    )

    class Meta:
        model = User
        fields = staff.OWN


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=[(theme, theme) for theme in THEMES])
