"""What each bulk action has to know, and the actions themselves."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import SavedView, Team, User
from customers.identity import tagging
from customers.page.bulk import files, owner, picking, tags
from customers.page.bulk.actions import Action, ParametersForm
from customers.page.tables import CUSTOMERS

NOBODY: Final = "none"


class OwnerForm(ParametersForm):
    """Either may be left as it is."""

    owner = forms.ChoiceField(label=_("Owner"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = [(str(user.pk), str(user)) for user in User.objects.filter(is_active=True)]
        teams = [(str(team.pk), str(team)) for team in Team.objects.filter(is_active=True)]
        self._offer("owner", _("nobody"), staff)
        self._offer("team", _("no team"), teams)

    def _offer(self, name: str, none: Any, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("leave as it is")), (NOBODY, none), *choices]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.get(name) for name in ("owner", "team")):
            self.add_error(None, _("Choose an owner, a team, or both."))
        return cleaned

    def parameters(self) -> dict[str, Any]:
        chosen = {f"{name}_id": self.cleaned_data[name] for name in ("owner", "team") if self.cleaned_data[name]}
        return {name: None if value == NOBODY else int(value) for name, value in chosen.items()}


class TagForm(ParametersForm):
    """A tag by its name; what is offered while somebody types is asked of the server, as there may be thousands."""

    name = forms.CharField(label=_("Tag"), max_length=tagging.LONGEST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs |= {
            "list": "tag-options",
            "autocomplete": "off",
            "hx-get": reverse("customers:tag_options"),
            "hx-trigger": "focus once, input changed delay:150ms",
            "hx-target": "#tag-options",
            "hx-sync": "this:replace",
        }

    def clean_name(self) -> str:
        try:
            name = tagging.spelt(self.cleaned_data["name"])
        except tagging.BadTag as error:
            raise forms.ValidationError(str(error)) from error
        if tagging.find_tag(name) is None and not self.may_make():
            raise forms.ValidationError(_("There is no tag of this name."))
        return name

    def may_make(self) -> bool:
        return False

    def parameters(self) -> dict[str, Any]:
        return {"tag": tagging.get_or_make_tag(self.cleaned_data["name"]).pk}


class AddTagForm(TagForm):
    """One that is not there yet is made, by those who may."""

    def may_make(self) -> bool:
        return self.by.has_perm("customers.add_tag")


class ViewForm(ParametersForm):
    """A view of one's own that holds picked rows, or a new one."""

    view = forms.ModelChoiceField(
        label=_("View"), queryset=SavedView.objects.none(), required=False, empty_label=_("none")
    )
    new = forms.CharField(label=_("or a new one"), max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["view"]
        assert isinstance(field, forms.ModelChoiceField)
        self.own = SavedView.objects.filter(owner=self.by, of_list=CUSTOMERS.key)
        field.queryset = self.own.filter(is_picked=True)

    def clean_new(self) -> str:
        name: str = self.cleaned_data["new"]
        if name and self.own.filter(name=name).exists():
            raise forms.ValidationError(_("You have a view of this name."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(cleaned.get("view")) == bool(cleaned.get("new")):
            self.add_error("view", _("Choose a view, or name a new one."))
        return cleaned

    def parameters(self) -> dict[str, Any]:
        return {"view": (self.cleaned_data["view"] or self._made()).pk}

    def _made(self) -> SavedView:
        return SavedView.objects.create(
            owner=self.by, of_list=CUSTOMERS.key, name=self.cleaned_data["new"], is_picked=True
        )


class ExportForm(ParametersForm):
    """`columns`: keys with commas between, as the list has them; none: all there are. `sort`: as the list is."""

    format = forms.ChoiceField(label=_("File"), choices=[("csv", "CSV"), ("xlsx", "Excel")], initial="xlsx")
    columns = forms.CharField(required=False, widget=forms.HiddenInput)
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    def parameters(self) -> dict[str, Any]:
        columns = [key for key in self.cleaned_data["columns"].split(",") if key]
        order = CUSTOMERS.order_by(CUSTOMERS.allowed(self.cleaned_data["sort"], default="name"))
        return {"format": self.cleaned_data["format"], "columns": columns, "order": order}


ACTIONS: Final = (
    Action(
        key="assign_owner",
        label=_("Assign"),
        icon="user-check",
        permission="customers.change_customer",
        form=OwnerForm,
        words=owner.in_words,
        apply=owner.assign_owner,
        undo=owner.take_back_owner,
    ),
    Action(
        key="add_tag",
        label=_("Add a tag"),
        icon="tag",
        permission="customers.change_customer",
        form=AddTagForm,
        words=tags.in_words,
        apply=tags.add_tag,
        undo=tags.take_back_added,
    ),
    Action(
        key="remove_tag",
        label=_("Remove a tag"),
        icon="tag-off",
        permission="customers.change_customer",
        form=TagForm,
        words=tags.in_words,
        apply=tags.remove_tag,
        undo=tags.take_back_removed,
    ),
    Action(
        key="add_to_view",
        label=_("Add to a view"),
        icon="table-plus",
        permission="customers.view_customer",
        form=ViewForm,
        words=picking.in_words,
        apply=picking.pick,
        undo=picking.take_back_picked,
    ),
    Action(
        key="export",
        label=_("Export"),
        icon="download",
        permission="customers.export_customer",
        form=ExportForm,
        words=files.in_words,
        write=files.write_file,
    ),
)
