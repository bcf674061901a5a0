"""Reads what the product says out of its sources: marked strings, and text that was forgotten to be marked."""

import ast
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
APPS = ("crm", "accounts", "customers", "service", "metrics", "demo")
LAZY = {f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")}
SILENT = {"script", "style", "code"}
SPOKEN_ATTRIBUTES = {"title", "placeholder", "aria-label", "alt", "data-label", "label"}
SPOKEN_ARGUMENTS = {"label", "help_text", "verbose_name", "verbose_name_plural", "empty_label", "description",
                    "title", "caption", "text"}  # fmt: skip
COMPONENTS = "empty_state|stat_tile|progress|sparkline|breadcrumbs|status_badge"
NAMES = re.compile(r"Baseline CRM|^Baseline$|^CRM$|EN, English|^EN$|^English$|^CSV$|^Markdown$|简体中文|中文|^n =$")
WORD = re.compile(r"[A-Za-z\u4e00-\u9fff]{2,}")


def templates() -> list[Path]:
    """All but allauth's elements, which are building blocks without words."""
    return sorted(path for path in (ROOT / "templates").rglob("*.html") if path.parent.name != "elements")


def sources() -> list[Path]:
    return sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def marked_in_python(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for _line, found, _comments, context in extract("python", file, keywords={**DEFAULT_KEYWORDS, **LAZY}):
            yield _key(context, found)


def marked_in_template(path: Path) -> Iterator[str]:
    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for call in re.finditer(r"""\b(?:gettext|ngettext|_)\((u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"))""", code):
        yield str(ast.literal_eval(call[1].removeprefix("u")))


def catalogue() -> dict[str, tuple[str, bool]]:
    """msgid, with its context where it has one → (translation, fuzzy)"""
    with CATALOGUE.open("rb") as file:
        entries = read_po(file)
    found: dict[str, tuple[str, bool]] = {}
    for entry in entries:
        if entry.id:
            text = entry.string[0] if isinstance(entry.string, tuple) else entry.string
            found[_key(entry.context, entry.id)] = (str(text), entry.fuzzy)
    return found


def _key(context: str | None, text: str | Sequence[str]) -> str:
    """As gettext keeps it; a plural is found by its singular."""
    singular = text if isinstance(text, str) else text[0]
    return f"{context}\x04{singular}" if context else singular


class Texts(HTMLParser):
    """The words a reader would see or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        self.found += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def unmarked_in_template(path: Path) -> list[str]:
    source = path.read_text(encoding="utf-8")
    source = re.sub(r"{#.*?#}", "", source)
    source = re.sub(r"{%\s*comment\b.*?endcomment\s*%}", "", source, flags=re.DOTALL)
    source = re.sub(r"{%\s*blocktrans.*?endblocktrans(late)?\s*%}", "", source, flags=re.DOTALL)
    in_components = _literals_in_components(source)
    parser = Texts()
    parser.feed(re.sub(r"{%.*?%}|{{.*?}}", " ", source, flags=re.DOTALL))
    spoken = [re.sub(r"&\w+;", "", text).strip() for text in parser.found]
    return [text for text in spoken if WORD.search(NAMES.sub("", text))] + in_components


def _literals_in_components(source: str) -> list[str]:
    """Plain strings given to a component: words with a capital or a space, not keys, units and icon names."""
    found = []
    for tag in re.finditer(rf"{{%\s*(?:{COMPONENTS})\b(.*?)%}}", source):
        arguments = re.sub(r"""_\((?:'[^']*'|"[^"]*")\)""", "", tag[1])
        texts = re.findall(r"""(?:^|\s)(?:\w+=)?(?:"([^"]*)"|'([^']*)')""", arguments)
        found += [one or two for one, two in texts if re.search(r"[A-Z]|\w \w", one or two)]
    return found


def unmarked_in_python(path: Path) -> list[str]:
    """Literal labels and messages: what a form, a model or a page says without gettext."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "messages":
            found += [_literal(value) for value in node.args[1:2]]
        found += [_literal(word.value) for word in node.keywords if word.arg in SPOKEN_ARGUMENTS]
    return [text for text in found if WORD.search(text)]


def _literal(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return " ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
