"""What bulk actions of several lists have to know: whose, and in which file."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from crm.common.lists.options import Asking
from customers.registry.bulk import FILES, ParametersForm, get_subject

NOBODY: Final = "none"


class AssignForm(ParametersForm):
    """A person (`name`) and a team; either may be left as it is."""

    name: ClassVar[str] = "owner"
    label: ClassVar[str | Promise] = ""
    missing: ClassVar[str | Promise] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = [(str(user.pk), str(user)) for user in User.objects.filter(is_active=True)]
        teams = [(str(team.pk), str(team)) for team in Team.objects.filter(is_active=True)]
        self._offer(self.name, self.label, _("nobody"), staff)
        self._offer("team", _("Team"), _("no team"), teams)

    def _offer(self, name: str, label: Any, none: Any, choices: Sequence[tuple[str, str]]) -> None:
        offered = [("", _("leave as it is")), (NOBODY, none), *choices]
        self.fields[name] = forms.ChoiceField(label=label, required=False, choices=offered)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.get(name) for name in (self.name, "team")):
            self.add_error(None, str(self.missing))
        return cleaned

    def parameters(self) -> dict[str, Any]:
        chosen = {f"{name}_id": self.cleaned_data[name] for name in (self.name, "team") if self.cleaned_data[name]}
        return {name: None if value == NOBODY else int(value) for name, value in chosen.items()}


class ExportForm(ParametersForm):
    """`columns`: keys with commas between, as the list has them; none: all there are. `sort`: as the list is."""

    of: ClassVar[str] = "customers"
    format = forms.ChoiceField(label=_("File"), choices=FILES, initial="xlsx")
    columns = forms.CharField(required=False, widget=forms.HiddenInput)
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    def parameters(self) -> dict[str, Any]:
        subject = get_subject(self.of)
        page, asking = subject.page, Asking(user=self.by, user_id=self.by.pk, team_id=self.by.team_id)
        about = page.about(asking) if page.about else None
        sort = page.allowed(self.cleaned_data["sort"], about) or subject.sort
        columns = [key for key in self.cleaned_data["columns"].split(",") if key]
        order = page.table.order_by(sort, about=about)
        return {"format": self.cleaned_data["format"], "columns": columns, "order": order}
