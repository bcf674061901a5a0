"""What a browser would send back if somebody opened a page and pressed its first button, changing nothing."""

from html.parser import HTMLParser
from typing import Any

Fields = dict[str, list[str]]
TEXTS = {"submit", "button", "file", "reset", "image"}  # inputs that send nothing by themselves


class _Forms(HTMLParser):
    """`found`: the fields of each form on the page, in order, with the action it posts to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Fields]] = []
        self._open: Fields | None = None
        self._select = ""
        self._first: str | None = None
        self._area = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = {}
            self.found.append((given.get("action", ""), self._open))
        elif tag == "input":
            self._input(given)
        elif tag == "select":
            self._select, self._first = given.get("name", ""), None
        elif tag == "option":
            self._option(given)
        elif tag == "textarea":
            self._area, self._text = given.get("name", ""), ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            if self._first is not None and self._open is not None and self._select not in self._open:
                self._send(self._select, self._first)
            self._select = ""
        elif tag == "textarea":
            self._send(self._area, self._text.removeprefix("\n"))
            self._area = ""

    def handle_data(self, data: str) -> None:
        self._text += data if self._area else ""

    def _input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in TEXTS or (kind in {"checkbox", "radio"} and "checked" not in given):
            return
        self._send(given.get("name", ""), given.get("value", "on" if kind == "checkbox" else ""))

    def _option(self, given: dict[str, str]) -> None:
        if self._first is None:
            self._first = given.get("value", "")
        if "selected" in given:
            self._send(self._select, given.get("value", ""))

    def _send(self, name: str, value: str) -> None:
        if self._open is not None and name:
            self._open.setdefault(name, []).append(value)


def as_shown(answer: Any, *, with_field: str) -> Fields:
    """The fields of the form that has the field `with_field`, as the page fills them in."""
    parser = _Forms()
    parser.feed(answer.content.decode())
    return next(fields for _action, fields in parser.found if with_field in fields)
