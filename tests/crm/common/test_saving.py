"""The edit page stands once; what pages show of it is tested with each page."""

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import Permission

from crm.common.errors import DomainError
from crm.common.saving import in_words, show_refusal

APPS = ("accounts", "crm", "customers", "metrics", "service")
# Views that say by themselves what is wrong with a form, and why.
BY_THEMSELVES = {
    "customers/importing/views.py": "a file that cannot be read has no form",
    "metrics/pages/kpi_views.py": "a form that only reads",
}


class Full(DomainError):
    """One of those that have a field."""


class Fuller(Full):
    """One more special."""


class Name(forms.Form):
    name = forms.CharField()
    city = forms.CharField()


@pytest.mark.parametrize(
    ("error", "field"), [(Full("no"), "city"), (Fuller("no"), "name"), (DomainError("no"), "__all__")]
)
def test_a_refusal_is_shown_at_the_first_field_that_fits_else_above_the_form(error: DomainError, field: str) -> None:
    form = Name({"name": "a", "city": "b"})
    show_refusal(form, error, {Fuller: "name", Full: "city"})
    assert form.errors == {field: ["no"]}


@pytest.mark.django_db
def test_many_chosen_rows_are_named() -> None:
    chosen = list(Permission.objects.order_by("pk")[:2])
    field = forms.ModelMultipleChoiceField(Permission.objects.all())
    assert in_words(field, chosen) == f"{chosen[0]}, {chosen[1]}"
    assert in_words(field, []) == "empty"


def test_no_view_has_an_edit_page_of_its_own() -> None:
    views = [path for app in APPS for path in (settings.BASE_DIR / app).rglob("*views.py")]
    own = {str(path.relative_to(settings.BASE_DIR)) for path in views if "422" in path.read_text(encoding="utf-8")}
    assert own == set(BY_THEMSELVES)
