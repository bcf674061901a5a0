from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

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
