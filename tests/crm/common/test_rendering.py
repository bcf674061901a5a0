import pytest
from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from crm.common.rendering import fields_taken_apart_once


class Counted(models.IntegerField):
    times = 0

    def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
        Counted.times += 1
        return super().deconstruct()


def state() -> ProjectState:
    found = ProjectState()
    found.add_model(ModelState("books", "Book", [("id", models.AutoField(primary_key=True)), ("pages", Counted())]))
    return found


def test_a_field_is_taken_apart_once_and_each_model_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counted, "times", 0)
    before = state()
    with fields_taken_apart_once():
        first = before.apps.get_model("books", "Book")
        before.reload_model("books", "book")
        second = before.apps.get_model("books", "Book")
    assert Counted.times == 1
    assert first is not second
    assert first._meta.get_field("pages") is not second._meta.get_field("pages")


def test_what_takes_its_place_is_itself() -> None:
    changed = state()
    with fields_taken_apart_once():
        changed.apps.get_model("books", "Book")
        changed.alter_field("books", "book", "pages", Counted(null=True, default=7), preserve_default=False)
        pages = changed.apps.get_model("books", "Book")._meta.get_field("pages")
    assert (pages.null, pages.has_default()) == (True, False)


def test_afterwards_all_is_as_it_was() -> None:
    render, clone = ModelState.render, models.Field.clone
    with fields_taken_apart_once():
        state().apps  # noqa: B018  builds them
        assert models.Field.clone is clone
    assert ModelState.render is render
