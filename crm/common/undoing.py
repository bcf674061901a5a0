"""A message with the button that takes back what it tells of."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _


def say_with_undo(request: HttpRequest, words: str, *, undo: str, page: str) -> None:
    """`undo`: where a POST takes it back; `page`: where that can be done without script. Stays until it is closed."""
    link = format_html(
        '<a class="btn btn-sm" href="{}" hx-post="{}" hx-swap="none" aria-keyshortcuts="u">{}</a>',
        page,
        undo,
        _("Undo"),
    )
    messages.info(request, format_html("{} {}", words, link))
