"""Forms of saved views."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.domain import views
from accounts.models import SavedView, User
from accounts.roles import CHOICES
from crm.common.saving import VersionedForm

Shared = SavedView.Shared


class ViewForm(VersionedForm[SavedView]):
    """`user` shares with their team where they have one, with everyone where they may."""

    compared = views.TOLD

    default_for = forms.MultipleChoiceField(
        label=_("Begin with it"),
        required=False,
        choices=CHOICES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Members of these roles find the list in this view until they choose another."),
    )

    class Meta:
        model = SavedView
        fields = views.TOLD
        widgets = {"shared": forms.RadioSelect}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_share = user.has_perm(views.SHARE)
        stands = self.instance.shared if self.instance.pk else Shared.MINE
        offered = {Shared.MINE, Shared(stands), *([Shared.TEAM] if user.team_id else [])}
        offered |= {Shared.EVERYONE} if may_share else set()
        shared: Any = self.fields["shared"]
        shared.choices = [(key, label) for key, label in Shared.choices if key in offered]
        if not may_share:
            del self.fields["default_for"]
