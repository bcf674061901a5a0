"""When and whose, in one field each."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from crm.common.days import company_zone
from crm.common.errors import DomainError
from customers.interactions.to_do.due import Due, check_reach
from customers.interactions.to_do.quick_entry import read_due

EXAMPLES = _("tomorrow 9:00, Monday, in 3 days")


class WhenField(forms.CharField):
    """A day, with a time if it has one, as people write them (`read_due`)."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "placeholder": EXAMPLES}))
        kwargs.setdefault("label", _("When"))
        super().__init__(max_length=60, required=False, **kwargs)

    def clean(self, value: Any) -> Due:
        text = super().clean(value)
        try:
            due = read_due(text, now=timezone.now().astimezone(company_zone()))
            check_reach(due.on)
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return due


@dataclass(frozen=True, slots=True)
class Whose:
    assignee: User | None = None
    team: Team | None = None


class WhoseField(forms.ChoiceField):
    """Somebody who works here, or a team; two queries. Begins with oneself."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Whose"), required=False, **kwargs)
        self.people: dict[str, User] = {}
        self.teams: dict[str, Team] = {}

    def offer(self, user: User) -> None:
        """Oneself and one's own team first."""
        people = {f"user:{one.pk}": one for one in User.objects.filter(is_active=True)}
        teams = {f"team:{one.pk}": one for one in Team.objects.filter(is_active=True)}
        self.people, self.teams = people, teams
        mine, ours = f"user:{user.pk}", f"team:{user.team_id}"
        first = [(mine, gettext("Me")), *([(ours, str(teams[ours]))] if ours in teams else [])]
        others = [(key, str(one)) for key, one in people.items() if key != mine]
        self.choices = [
            *first,
            (gettext("Colleagues"), others),
            (gettext("Teams"), [(key, str(one)) for key, one in teams.items() if key != ours]),
        ]
        self.initial = mine

    def clean(self, value: Any) -> Whose:
        chosen = super().clean(value)
        return Whose(self.people.get(chosen), self.teams.get(chosen))
