import pytest
from django.utils.translation import gettext, override, trans_real
from django.utils.translation import gettext_lazy as _

from crm import words

LAZY = _("Language")


def test_words_follow_the_language_however_often_they_were_asked_for() -> None:
    for _round in range(2):
        assert (gettext("Language"), str(LAZY), gettext("no such text")) == ("Language", "Language", "no such text")
        with override("zh-hans"):
            assert (gettext("Language"), str(LAZY), gettext("no such text")) == ("语言", "语言", "no such text")


def test_a_text_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with override("zh-hans"):
        here = trans_real._active.value
        gettext("Language")
        monkeypatch.setattr(here, "_catalog", {})
        assert gettext("Language") == "语言"


def test_no_more_are_kept_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    here = trans_real.translation("zh-hans")
    monkeypatch.setattr(here, "known", {}, raising=False)
    monkeypatch.setattr(words, "MOST", 2)
    with override("zh-hans"):
        assert [gettext(text) for text in ("a one", "a two", "a three")] == ["a one", "a two", "a three"]
    assert list(here.known) == ["a one", "a two"]
