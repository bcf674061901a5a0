"""What each bulk action of customers has to know, and the actions themselves."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import SavedView
from crm.common.lists.exporting import ExportColumn
from customers.identity import tagging
from customers.models import Customer
from customers.page.bulk import owner, picking, tags
from customers.page.bulk.wording import WORDS
from customers.page.exporting import BY_NAME, EXPORT, export_rows
from customers.page.listing import meant
from customers.page.tables import CUSTOMER_LIST, CUSTOMERS
from customers.registry.bulk import Action, ParametersForm, Subject, file_in_words
from customers.registry.bulk_forms import AssignForm, ExportForm


class OwnerForm(AssignForm):
    label = _("Owner")
    missing = _("Choose an owner, a team, or both.")


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


def _rows(found: Any, columns: Sequence[ExportColumn], order: str) -> Iterator[tuple[Any, ...]]:
    return export_rows(found, columns, order=order or BY_NAME)


SUBJECT: Final = Subject(
    key="customers",
    page=CUSTOMER_LIST,
    column="customer_id",
    visible=Customer.objects.visible_to,
    meant=meant,
    export=EXPORT,
    rows=_rows,
    sort="name",
    events=Customer.pgh_event_model,  # type: ignore[attr-defined] # made by `tracked`
    words=WORDS,
)
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
        guarded=owner.COLUMNS,
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
        words=file_in_words,
        is_file=True,
    ),
)
