"""The API in words, for the page that describes it: each kind with its fields, from the registry."""

from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from customers.importing.api import scopes
from customers.importing.column_words import column_words
from customers.importing.exports import exports
from customers.importing.registry import Column, ImportSpec


@dataclass(frozen=True)
class FieldWords:
    name: str
    words: str
    form: str
    is_required: bool


@dataclass(frozen=True)
class KindWords:
    """`known`: what reads give beside the fields."""

    kind: str
    label: str
    key: str
    has_lines: bool
    fields: list[FieldWords]
    known: list[str]


def kinds() -> list[KindWords]:
    return [_kind(spec) for spec in scopes.offered()]


def _kind(spec: ImportSpec) -> KindWords:
    fields = [
        FieldWords(column.name, column_words(column.name), _form(column), column.required)
        for column in spec.columns
        if column.name != spec.key
    ]
    known = list(exports()[spec.kind].known)
    return KindWords(spec.kind, capfirst(str(spec.label)), spec.key, spec.many, fields, known)


def _form(column: Column) -> str:
    if column.sql == "date":
        return _("day, YYYY-MM-DD")
    if column.sql == "timestamptz":
        return _("moment, ISO 8601")
    if column.sql.startswith(("numeric", "int", "small")):
        return _("number")
    return _("text")
