"""Django admin: every model is there, opens for administrators, and is built for a million rows."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import ForeignKey, Model

from crm.common.admin import EstimatingPaginator
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db

OURS = ("common", "accounts", "customers", "service", "metrics")
SMALL = {"team", "tier", "sourcesystem", "tierpolicy", "contenttype", "group"}  # a drop-down of these is short
COUNTS = "RateCount"  # hashes: there is nothing to read
HISTORY = "Event"  # rows that triggers write; shown on the pages of their objects


def our_models() -> list[type[Model]]:
    return [
        model
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        if model._meta.managed and not model._meta.proxy and not model.__name__.endswith((HISTORY, COUNTS))
    ]


def our_admins() -> dict[type[Model], admin.ModelAdmin[Any]]:
    return {model: one for model, one in admin.site._registry.items() if model._meta.app_label in OURS}


def test_every_model_is_in_the_administration() -> None:
    registered = our_admins()
    assert [model._meta.label for model in our_models() if model not in registered] == []


def test_no_list_counts_all_rows() -> None:
    slow = [
        model._meta.label
        for model, one in our_admins().items()
        if one.show_full_result_count or not issubclass(one.paginator, EstimatingPaginator)
    ]
    assert slow == []


def test_no_form_has_a_drop_down_over_a_large_table() -> None:
    drop_downs = [
        f"{model._meta.label}.{field.name}"
        for model, one in our_admins().items()
        for field in model._meta.fields
        if isinstance(field, ForeignKey)
        and field.editable
        and field.related_model._meta.model_name not in SMALL
        and field.name not in {*one.autocomplete_fields, *one.raw_id_fields, *one.get_readonly_fields(None)}  # type: ignore[arg-type]
        and one.has_change_permission.__qualname__.startswith("ModelAdmin.")
    ]
    assert drop_downs == []


def label_of(model: Any) -> str:
    return str(model._meta.label)


@pytest.mark.slow  # every list and form
@pytest.mark.parametrize("model", sorted(admin.site._registry, key=label_of))
def test_each_list_and_form_opens(model: type[Model], client_for: ClientFor) -> None:
    client = client_for("administrator")
    place = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    assert client.get(place, {"q": "x"}).status_code == 200
    assert client.get(f"{place}add/").status_code in {200, 403}


@pytest.mark.slow
@pytest.mark.parametrize("role", ["sales", "service", "manager"])
def test_other_roles_open_none_of_it(role: str, client_for: ClientFor) -> None:
    client = client_for(role)
    found = {
        client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/", follow=True).status_code
        for model in our_admins()
    }
    assert found == {403}
