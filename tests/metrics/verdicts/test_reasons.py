import re

import pytest
from django.utils.translation import override

from metrics.verdicts.figures import Reason, Shape
from metrics.verdicts.reasons import (
    SENTENCES,
    change_text,
    count_text,
    p_text,
    render,
    render_stored,
    stored,
    value_text,
)


@pytest.mark.parametrize("key", SENTENCES)
def test_every_sentence_renders_and_ends(key: str) -> None:
    figures = dict.fromkeys(re.findall(r"%\((\w+)\)s", SENTENCES[key]), "7")

    text = render([Reason(key, figures)])

    assert text.endswith(".")
    assert "%(" not in text
    assert "%%" not in text


def test_what_is_stored_renders_again_in_the_readers_language() -> None:
    reasons = (Reason("before_go_live", {"go_live": "2025-01-01"}), Reason("chosen_late"))

    with override("en"):
        assert render_stored({"reasons": stored(reasons)}) == render(reasons)
        assert render_stored({}) == ""


def test_figures_and_days_read_as_on_the_pages_around_them() -> None:
    found = Reason("moving_baseline", {
        "slope": "+0.98 pp", "months": "15", "p": "< 0.001", "drift": "+1.2 s", "before": "69.1 %", "now": "81.4 %",
        "n_before": "1,622", "n_now": "1,485",
    })  # fmt: skip
    change = Reason("other_change", {**found.figures, "what": "5 % off"})
    began = Reason("before_go_live", {"go_live": "2025-01-01"})

    with override("en"):
        assert "moving by +0.98 pp a month" in render([found])
        assert "brings +1.2 s of the change from 69.1% to 81.4%" in render([found])
        assert "around go-live: 5 % off." in render([change])
        assert render([began]) == "Go-live is on Jan. 1, 2025."
    with override("zh-hans"):
        assert "+0.98 个百分点" in render([found])
        assert "+1.2 秒" in render([found])
        assert "2025年1月1日" in render([began])


@pytest.mark.parametrize(
    ("value", "unit", "shape", "text"),
    [
        (0.8126, "share", Shape.PROPORTION, "81.3 %"),
        (61.25, "seconds", Shape.MEAN, "61.2 s"),
        (-12.0, "score", Shape.SCORE, "−12.0"),
        (1234567.0, "money", Shape.SUM, "1,234,567.0"),
        (0.31, "ratio", Shape.RATIO, "31.0 %"),
        (1.42, "ratio", Shape.MEAN, "1.42"),
        (None, "share", Shape.PROPORTION, "–"),
    ],
)
def test_values_carry_their_unit(value: float | None, unit: str, shape: Shape, text: str) -> None:
    assert value_text(value, unit=unit, shape=shape) == text


@pytest.mark.parametrize(
    ("change", "unit", "ratio", "text"),
    [
        (0.1, "share", False, "+10.0 pp"),
        (-0.1, "share", False, "−10.0 pp"),
        (0.75, "seconds", True, "−25.0 %"),
        (-3.5, "seconds", False, "−3.5 s"),
        (12.0, "score", False, "+12.0"),
        (0.0031, "share", False, "+0.31 pp"),
        (-0.04, "ratio", False, "−0.04"),
        (0.0, "score", False, "+0.00"),
        (None, "score", False, "–"),
    ],
)
def test_changes_are_signed(change: float | None, unit: str, ratio: bool, text: str) -> None:
    assert change_text(change, unit=unit, ratio=ratio) == text


def test_counts_and_small_p() -> None:
    assert (count_text(12345), count_text(None)) == ("12,345", "0")
    assert (p_text(0.0314), p_text(0.0000001)) == ("0.031", "< 0.001")
