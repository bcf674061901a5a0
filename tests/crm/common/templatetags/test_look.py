import pytest
from django.conf import LazySettings
from django.utils import translation

from crm.common.navigation import NavLink, NavSection
from crm.common.templatetags import look
from crm.common.templatetags.look import part


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


def test_who_develops_sees_a_changed_template(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    texts = iter(["before", "after"])
    monkeypatch.setattr(look, "render_to_string", lambda _template, _values: next(texts))
    assert [part("part.html"), part("part.html")] == ["before", "before"]
    settings.DEBUG = True
    assert part("part.html") == "after"
