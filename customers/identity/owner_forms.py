"""Choosing who looks after a customer."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from crm.common.saving import VersionedForm
from customers.identity.owning import COMPARED
from customers.models import Customer


class OwnerForm(VersionedForm[Customer]):
    """Those who work here, and whoever it is now."""

    compared = COMPARED
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False, empty_label=_("nobody"))
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("the owner's team")
    )

    class Meta:
        model = Customer
        fields = ("owner", "team")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners: Any = self.fields["owner"]
        teams: Any = self.fields["team"]
        owners.queryset = User.objects.filter(Q(is_active=True) | Q(pk=self.instance.owner_id)).order_by(
            "name", "email"
        )
        teams.queryset = Team.objects.filter(Q(is_active=True) | Q(pk=self.instance.team_id))
