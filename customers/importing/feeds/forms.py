"""A feed as it is typed in: fields of the place that was not chosen are passed over, so that no script is needed."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm.common.kinds import import_kinds
from crm.common.saving import VersionedForm
from customers.importing.feeds import environment
from customers.models import Feed, SourceSystem
from customers.querysets.feeds import MANAGES

MOST_MINUTES = 24 * 60


class FeedForm(VersionedForm[Feed]):
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=100,
        help_text=gettext_lazy("The system the files come from; a new name makes a new source."),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Password or token"),
        max_length=4_000,
        required=False,
        strip=False,
        help_text=gettext_lazy("It is kept encrypted and never shown again. Empty: what was typed before stays."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = Feed
        fields = (
            "name", "kind", "place", "folder", "inside", "pattern", "url", "sign_in", "username", "schedule",
            "every_minutes", "daily_at", "owner",
        )  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            "place": forms.RadioSelect,
            "url": forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
            "username": forms.TextInput(attrs={"autocomplete": "off"}),
            "daily_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "inside": gettext_lazy("Empty: the folder itself. Folders below are not looked into."),
            "pattern": gettext_lazy("* stands for any letters, as in customers-*.csv. Hidden files are passed over."),
            "url": gettext_lazy("It is no place for a secret: whoever may set up feeds sees it."),
            "owner": gettext_lazy("Is told when it fails."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kind"] = forms.ChoiceField(label=gettext_lazy("What it holds"), choices=import_kinds)
        roots = [str(path) for path in environment.folders()]
        kept = [self.instance.folder] if self.instance.folder and self.instance.folder not in roots else []
        fields["folder"] = forms.ChoiceField(
            label=gettext_lazy("Folder"), choices=[(root, root) for root in [*kept, *roots]], required=False
        )
        fields["schedule"].label = gettext_lazy("When it is read")
        fields["place"].choices = Feed.Place.choices
        fields["every_minutes"].min_value = 1
        for name in ("every_minutes", "pattern", "owner"):
            fields[name].required = False
        fields["owner"].queryset = _who_may_set_up()
        fields["url"].max_length = 2_000
        if self.instance.pk:
            fields["source"].initial = self.instance.system.name
        self.has_folders = bool(roots or kept)
        self.sources = list(SourceSystem.objects.values_list("name", flat=True))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("place") == Feed.Place.FOLDER:
            self._needs("folder", _("Choose a folder."))
            self._pass_over("url", "username", "secret")
        else:
            self._needs("url", _("Type in the address."))
            self._pass_over("folder", "inside", "pattern")
            if cleaned.get("sign_in") == Feed.SignIn.BASIC:
                self._needs("username", _("Type in the user name."))
            self._check_text("username")
            self._check_text("secret")
        self._clean_schedule(cleaned)
        return cleaned

    def _clean_schedule(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("schedule") == Feed.Schedule.DAILY:
            self._needs("daily_at", _("At what time?"))
        every = cleaned.get("every_minutes")
        if cleaned.get("schedule") == Feed.Schedule.MINUTES and not (every and 1 <= every <= MOST_MINUTES):
            self._say("every_minutes", _("Between 1 and %(most)d minutes.") % {"most": MOST_MINUTES})
        cleaned["every_minutes"] = every or self.instance.every_minutes
        cleaned["pattern"] = cleaned.get("pattern") or "*"

    def _needs(self, name: str, words: str) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, words)

    def _say(self, name: str, words: str) -> None:
        self._errors.pop(name, None)  # type: ignore[attr-defined]  # Django's own says the same in other words
        self.add_error(name, words)

    def _pass_over(self, *names: str) -> None:
        for name in names:
            self._errors.pop(name, None)  # type: ignore[attr-defined]
            self.cleaned_data[name] = ""

    def _check_text(self, name: str) -> None:
        """What goes into a header of a request."""
        value = self.cleaned_data.get(name) or ""
        is_sent_as_it_is = name == "secret" and self.cleaned_data.get("sign_in") == Feed.SignIn.BEARER
        if (
            not value.isprintable()
            or (name == "username" and ":" in value)
            or (is_sent_as_it_is and not value.isascii())
        ):
            self.add_error(name, _("It holds a character that cannot be sent."))


def _who_may_set_up() -> "QuerySet[User]":
    """Whoever is told must be able to look."""
    codename = MANAGES.partition(".")[2]
    has_it = Q(is_superuser=True) | Q(user_permissions__codename=codename) | Q(groups__permissions__codename=codename)
    return User.objects.filter(has_it, is_active=True).order_by("name", "pk").distinct()
