"""Pieces of a cell are safe to show whatever they are made of."""

from typing import Any

import pytest
from django.urls import reverse, set_script_prefix
from django.utils.safestring import SafeString, mark_safe

from crm.common.cells import (
    counted,
    dimmed,
    lines,
    link,
    link_if,
    note,
    or_dash,
    reason,
    strong,
    together,
    url_of,
)

ODD, SHOWN = "<b> & \"'", "&lt;b&gt; &amp; &quot;&#x27;"


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (link("/a?b=1&c=2", ODD), f'<a href="/a?b=1&amp;c=2">{SHOWN}</a>'),
        (link('"><script>', 7), '<a href="&quot;&gt;&lt;script&gt;">7</a>'),
        (link_if("/a", ODD), f'<a href="/a">{SHOWN}</a>'),
        (link_if("", ODD), SHOWN),
        (dimmed(ODD), f'<span class="text-secondary">{SHOWN}</span>'),
        (strong(ODD), f"<strong>{SHOWN}</strong>"),
        (strong(mark_safe("<i>a</i>")), "<strong><i>a</i></strong>"),
        (note(ODD), f'<span class="cell-note">{SHOWN}</span>'),
        (note("a", title=ODD), f'<span class="cell-note" title="{SHOWN}">a</span>'),
        (reason(ODD), f'<p class="cell-reason">{SHOWN}</p>'),
        (counted(1234), '<span class="cell-note">n = 1,234</span>'),
        (counted(0), '<span class="cell-note">n = 0</span>'),
        (counted(5, title=ODD), f'<span class="cell-note" title="{SHOWN}">n = 5</span>'),
        (together(ODD, strong("a"), 0), f"{SHOWN} <strong>a</strong> 0"),
        (together("a", None, "", "b", by=" · "), "a · b"),
        (together(), ""),
        (together(None, ""), ""),
        (lines([ODD, strong("a")]), f"<div>{SHOWN}</div><div><strong>a</strong></div>"),
        (lines([]), ""),
    ],
)
def test_text_is_escaped_and_what_is_marked_safe_stays(made: SafeString, expected: str) -> None:
    assert made == expected
    assert isinstance(made, SafeString)


def test_nothing_counted_says_nothing() -> None:
    assert counted(None, title="of all") == ""


@pytest.mark.parametrize(("text", "shown"), [("a", "a"), ("", "–"), (None, "–"), (5, 5)])
def test_nothing_is_a_dash(text: Any, shown: Any) -> None:
    assert or_dash(text) == shown


class TestUrl:
    @pytest.fixture(autouse=True)
    def prefix_of_before(self) -> Any:
        yield
        set_script_prefix("/")

    @pytest.mark.parametrize("pk", [1, 987_654_321, 2**63 - 1])
    def test_is_that_of_reverse(self, pk: int) -> None:
        assert url_of("customers:detail", pk) == reverse("customers:detail", args=[pk])

    def test_follows_the_place_the_site_is_served_at(self) -> None:
        root = url_of("customers:detail", 5)
        set_script_prefix("/crm/")

        assert url_of("customers:detail", 5) == f"/crm{root}"
