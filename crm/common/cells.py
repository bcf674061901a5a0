"""Pieces of a list's cell: links, second lines, dimmed words. Text is escaped, what is marked safe stays."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString

from crm.common.escaping import escaped
from crm.common.templatetags.figures import NO_DATA, number

_PLACE = 987_654_321


def url_of(name: str, pk: int) -> str:
    """As `reverse(name, args=[pk])`, a hundred rows at the price of one."""
    before, after = _around(name, get_script_prefix())
    return f"{before}{pk}{after}"


@lru_cache(maxsize=500)
def _around(name: str, _script_prefix: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[_PLACE]).partition(str(_PLACE))
    return before, after


def link(url: str, words: object) -> SafeString:
    return SafeString(f'<a href="{escaped(url)}">{escaped(words)}</a>')


def link_if(url: str, words: object) -> SafeString:
    """A link where there is somewhere to go, else the words alone."""
    return link(url, words) if url else SafeString(escaped(words))


def dimmed(words: object) -> SafeString:
    return SafeString(f'<span class="text-secondary">{escaped(words)}</span>')


def strong(words: object) -> SafeString:
    return SafeString(f"<strong>{escaped(words)}</strong>")


def bad(words: object) -> SafeString:
    """What somebody should do something about; the words say it, red repeats it."""
    return SafeString(f'<span class="text-danger">{escaped(words)}</span>')


def note(words: object, *, title: str = "") -> SafeString:
    """A small second line, such as n or an interval."""
    hover = f' title="{escaped(title)}"' if title else ""
    return SafeString(f'<span class="cell-note"{hover}>{escaped(words)}</span>')


def reason(words: object) -> SafeString:
    """A sentence that explains a figure or a verdict."""
    return SafeString(f'<p class="cell-reason">{escaped(words)}</p>')


def counted(n: int | None, *, title: str = "") -> SafeString | str:
    """The n of a figure as its second line; nothing where nothing was counted."""
    return "" if n is None else note(f"n = {number(n)}", title=title)


def together(*parts: object, by: str = " ") -> SafeString:
    """What there is of the parts, in a row."""
    return SafeString(escaped(by).join(escaped(part) for part in parts if part not in ("", None)))


def lines(parts: list[object]) -> SafeString:
    """Each part on a line of its own."""
    return SafeString("".join(f"<div>{escaped(part)}</div>" for part in parts))


def or_dash(text: object) -> object:
    return text or NO_DATA
