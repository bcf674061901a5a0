import pytest
from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory
from django.utils import translation

from crm.common.undoing import say_with_undo


@pytest.mark.parametrize(("language", "word"), [("en", "Undo"), ("zh-hans", "撤销")])
def test_what_can_be_taken_back_is_said_with_the_button_that_does(rf: RequestFactory, language: str, word: str) -> None:
    """`info` stays until it is closed; words are text, whatever they hold."""
    request = rf.post("/tasks/1/complete/")
    request.session = {}  # type: ignore[assignment]
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    with translation.override(language):
        say_with_undo(request, "<i>Call</i> & more", undo="/tasks/1/reopen/", page="/tasks/1/?a=1&b=2")
    button = (
        '<a class="btn btn-sm" href="/tasks/1/?a=1&amp;b=2" hx-post="/tasks/1/reopen/" hx-swap="none"'
        f' aria-keyshortcuts="u">{word}</a>'
    )
    (said,) = messages.get_messages(request)
    assert (said.level_tag, said.message) == ("info", f"&lt;i&gt;Call&lt;/i&gt; &amp; more {button}")
