"""Bringing a file in: what it is, and which of its columns says what."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.common.kinds import import_kinds
from customers.importing.column_words import column_words
from customers.importing.previewing import Preview
from customers.models import SourceSystem

ABSENT: Final = ""
CONSTANT: Final = "="  # an option of its own: no header is offered under this value, they are numbered
DATE_FORMATS: Final = [
    ("", _("2026-11-21 (ISO)")),
    ("%d.%m.%Y", "21.11.2026"),
    ("%d/%m/%Y", "21/11/2026"),
    ("%m/%d/%Y", "11/21/2026"),
    ("%Y/%m/%d", "2026/11/21"),
    ("%d.%m.%Y %H:%M", "21.11.2026 14:30"),
    ("%d/%m/%Y %H:%M", "21/11/2026 14:30"),
    ("%m/%d/%Y %H:%M", "11/21/2026 14:30"),
]


class UploadForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("CSV or XLSX, plain or packed (.gz, .zip)."), max_length=255)
    source = forms.CharField(
        label=_("Source"),
        max_length=100,
        help_text=_("The system the file comes from; a new name makes a new source."),
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=_("What it holds"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = import_kinds()  # type: ignore[attr-defined]
        self.sources = list(SourceSystem.objects.values_list("name", flat=True))


class MappingForm(forms.Form):
    """One drop-down for each canonical column: a header of the file, the constant of last time, or nothing.

    `earlier` is the mapping of the last file of this source and kind: what it says of headers that are there again
    (translations, formats) is kept; for the others the guess from the file's own headers stands.
    """

    date = forms.ChoiceField(label=_("Days are written"), choices=DATE_FORMATS, required=False)
    decimal = forms.ChoiceField(
        label=_("Decimal sign"), choices=[(".", _("1,234.50 (point)")), (",", _("1.234,50 (comma)"))], required=False
    )
    dry_run = forms.BooleanField(
        label=_("Only try: count what would happen, write nothing"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, preview: Preview, earlier: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preview = preview
        self.earlier = dict(earlier)
        self._add_earlier_format("date", DATE_FORMATS)
        for name, required in preview.columns:
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=column_words(name), choices=self._choices(name), required=required, initial=self._guess(name)
            )

    def _add_earlier_format(self, name: str, known: list[Any]) -> None:
        """A format that came from a mapping file is offered too."""
        value = self.earlier.get(name, "")
        field = self.fields[name]
        field.initial = value
        if value and value not in dict(known):
            field.choices = [*known, (value, value)]  # type: ignore[attr-defined]

    def _choices(self, name: str) -> list[tuple[str, Any]]:
        headers = [(str(number), header) for number, header in enumerate(self.preview.headers)]
        constant = self._earlier_source(name).get("constant")
        always = [(CONSTANT, _("always “%(value)s”") % {"value": constant})] if constant else []
        return [(ABSENT, _("not in the file")), *always, *headers]

    def _earlier_source(self, name: str) -> dict[str, Any]:
        source = self.earlier.get("columns", {}).get(name, {})
        return {"from": source} if isinstance(source, str) else dict(source)

    def _guess(self, name: str) -> str:
        source = self._earlier_source(name)
        if source.get("constant"):
            return CONSTANT
        if source.get("from") in self.preview.headers:
            return self._number(source["from"])
        taken = {self._earlier_source(other).get("from") for other, _required in self.preview.columns}
        header = self.preview.guess.get(name, "")
        return ABSENT if "constant" in source or not header or header in taken else self._number(header)

    def _number(self, header: str) -> str:
        return str(self.preview.headers.index(header))

    def columns(self) -> list[dict[str, Any]]:
        """For the page: each canonical column with its field."""
        return [
            {"name": name, "words": column_words(name), "required": required, "field": self[f"column_{name}"]}
            for name, required in self.preview.columns
        ]

    def mapping(self) -> dict[str, Any]:
        """As `customers.importing.mapping` reads it; everything else the earlier mapping said stays."""
        columns = {}
        for name, _required in self.preview.columns:
            chosen = self._chosen(name, self.cleaned_data.get(f"column_{name}", ABSENT))
            if chosen is not None:
                columns[name] = chosen
        formats = {name: self.cleaned_data[name] for name in ("date", "decimal") if self.cleaned_data.get(name)}
        kept = {name: value for name, value in self.earlier.items() if name not in {"columns", "date", "decimal"}}
        return {**kept, **formats, "columns": columns}

    def _chosen(self, name: str, value: str) -> Any:
        earlier = self._earlier_source(name)
        if value == CONSTANT:
            return {"constant": earlier["constant"]}
        if value == ABSENT:
            same = [header for header in self.preview.headers if header.strip().lower() == name]
            return {"constant": ""} if same else None  # a header of the same name would be taken by itself
        header = self.preview.headers[int(value)]
        extras = {key: earlier[key] for key in ("values", "prefixes", "date", "decimal") if key in earlier}
        return {"from": header, **extras} if extras and earlier.get("from") == header else header
