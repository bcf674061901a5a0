from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.utils import translation

from crm.common.navigation import NavLink, NavSection
from crm.common.templatetags import look
from crm.common.templatetags.look import part, sparkline


def section(*labels: str) -> tuple[NavSection, ...]:
    links = tuple(NavLink(label=label, url=f"/{label}/", icon="x", is_current=False) for label in labels)
    return (NavSection(label="Work", key="work", links=links),)


def test_a_part_is_drawn_once_for_each_of_its_values_in_each_language() -> None:
    here = part("components/keys_help.html", sections=section("a<b"), has_tasks=True)
    assert "New task" in here
    assert part("components/keys_help.html", sections=section("a<b"), has_tasks=True) is here
    assert "New task" not in part("components/keys_help.html", sections=section("a<b"), has_tasks=False)
    with translation.override("zh-hans"):
        assert "新建任务" in part("components/keys_help.html", sections=section("a<b"), has_tasks=True)


def test_its_values_are_escaped_and_make_the_difference() -> None:
    assert "<span>a&lt;b</span>" in part("components/navigation.html", place="side", sections=section("a<b"))
    assert "a&lt;b" not in part("components/navigation.html", place="side", sections=section("c"))


def test_what_a_list_can_be_narrowed_to_is_escaped_and_its_readers_own() -> None:
    def fields(*keys: str) -> str:
        offered = tuple((key, f"<{key}>") for key in keys)
        return part("components/list_add.html", place="add.1", path="/a?<b>", fields=offered)

    both = fields("name", "tier")
    assert '<option value="name">&lt;name&gt;</option><option value="tier">&lt;tier&gt;</option>' in both
    assert 'name="add.1"' in both
    assert 'hx-get="/a?&lt;b&gt;"' in both
    assert "tier" not in fields("name")
    with translation.override("zh-hans"):
        assert "Add a condition" not in fields("name", "tier")


def test_columns_say_which_are_shown_and_which_button_keeps_the_focus() -> None:
    columns = (("tier", "<Tier>", True), ("city", "City", False))
    shown = part("components/list_columns_shown.html", columns=columns, moved="tier.up", is_compact=True)
    assert [line.count("checked") for line in shown.splitlines() if "checkbox" in line] == [1, 0]
    assert 'aria-label="Move &lt;Tier&gt; up" autofocus' in shown
    assert shown.count("autofocus") == 1
    assert 'value="compact" checked' in shown


def test_a_course_is_drawn_once_for_its_values_and_language() -> None:
    values = [Decimal(1), None, Decimal(3)]
    here = sparkline(values, "a<b", go_live=1)
    assert "a&lt;b" in here
    assert "<title>Go-live</title>" in here
    assert sparkline(list(values), "a<b", go_live=1) is here
    assert sparkline([*values, Decimal(4)], "a<b", go_live=1) != here
    with translation.override("zh-hans"):
        assert "<title>Go-live</title>" not in sparkline(values, "a<b", go_live=1)


def test_who_develops_sees_a_changed_template(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    texts = iter(["before", "after"])
    monkeypatch.setattr(look, "render_to_string", lambda _template, _values: next(texts))
    assert [part("part.html"), part("part.html")] == ["before", "before"]
    settings.DEBUG = True
    assert part("part.html") == "after"
