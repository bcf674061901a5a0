"""Whether, and from which probability on, the nightly look merges by itself."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.identity.reviewing.ruling import LEAST


class RuleForm(forms.Form):
    is_on = forms.BooleanField(
        label=_("Merge by itself every night"),
        required=False,
        help_text=_("Each of these merges can be undone; those that were undone are not merged again by the rule."),
    )
    least = forms.FloatField(
        label=_("From this probability on"),
        min_value=LEAST,
        max_value=1,
        widget=forms.NumberInput(attrs={"step": "0.001"}),
        help_text=_("0.99: of a hundred such pairs about one is two customers."),
    )
