"""Renaming a tag, choosing its colour, and the tag it becomes one with."""

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.common.saving import VersionedForm
from customers.identity.tagging import LONGEST, find_tag
from customers.models import Tag

COLOURS: Final = (
    ("secondary", _("grey")), ("blue", _("blue")), ("azure", _("light blue")), ("green", _("green")),
    ("yellow", _("yellow")), ("orange", _("orange")), ("red", _("red")), ("purple", _("purple")),
)  # fmt: skip


class TagForm(VersionedForm[Tag]):
    """Whether another has the name is the verb's to say: it knows in whatever case."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    colour = forms.ChoiceField(label=_("Colour"), choices=COLOURS)

    class Meta:
        model = Tag
        fields = ("name", "colour")

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "name"}  # type: ignore[misc]


class MergeTagForm(forms.Form):
    into = forms.CharField(
        label=_("Becomes one with"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"list": "tag-options", "autocomplete": "off"}),
    )

    def __init__(self, *args: object, tag: Tag, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.tag = tag

    def clean_into(self) -> Tag:
        found = find_tag(self.cleaned_data["into"].strip())
        if found is None or found == self.tag:
            raise forms.ValidationError(_("Choose another tag that there is."))
        return found
