"""Writing a note, and bringing a file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.common.saving import VersionedForm
from customers.interactions.noting import COMPARED
from customers.interactions.sniffing import KINDS
from customers.models import Note

ACCEPT = ",".join(KINDS)


class NoteForm(VersionedForm[Note]):
    compared = COMPARED

    class Meta:
        model = Note
        fields = ("body", "is_pinned")
        widgets = {"body": forms.Textarea(attrs={"rows": 4, "autofocus": True})}
        help_texts = {"body": _("@Name tells a colleague.")}
        labels = {"is_pinned": _("Pin above the timeline")}


class NewNoteForm(NoteForm):
    file = forms.FileField(
        label=_("With a file"), required=False, widget=forms.ClearableFileInput(attrs={"accept": ACCEPT})
    )


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"), widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}))

    def __init__(self, *args: Any, limit_mb: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("Documents, images, audio, mail and ZIP files up to %(limit)d MB.") % {
            "limit": limit_mb
        }
