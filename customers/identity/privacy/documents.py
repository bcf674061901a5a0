"""The readable copy of what is held on a person: a PDF, in whatever scripts their names and letters are written.

Of a kind of which there are very many it shows the newest, and says how many there are: all of them stand in the JSON.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib.resources import files
from logging import ERROR, getLogger  # noqa: TID251 - to hear less of other packages
from pathlib import Path
from typing import Any, Final

from django.utils import formats
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from customers.identity.privacy import gathering
from customers.identity.privacy.gathering import Row
from customers.identity.privacy.subjects import Subject
from customers.registry.personal import find_holding

MOST: Final = 1_000
SHORT: Final = 60
TOGETHER_MM: Final = 24
"""What has to fit below a heading on its page; of a row with long texts, so much."""
LINE_MM: Final = 4
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(?:[+-][0-9:]{5}|Z)?")
JOINED: Final = re.compile(r"[\u0590-\u1fff\ufb1d-\ufeff]")
"""Letters whose shape depends on their neighbours (uharfbuzz), or that run from right to left; others take a tenth."""
FONTS: Final = (
    ("fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"),
    ("cvttf_NotoSansCJK_Regular", "NotoSansCJKtc-Regular.otf"),
    ("fontpkg_noto_sans_arabic", "files/NotoSansArabic[wdth,wght].ttf"),
    ("fontpkg_noto_sans_devanagari", "files/NotoSansDevanagari[wdth,wght].ttf"),
    ("fontpkg_noto_sans_thai", "files/NotoSansThai[wdth,wght].ttf"),
)
"""Packages and the font in each, the first for most texts, the others for what it does not have."""
Section = tuple[str, int, Iterable[Row], Mapping[str, str]]
"""Heading, how many rows there are, those that are shown, and what people call their fields."""


def write_document(path: Path, *, subject: Subject, now: datetime) -> None:
    """Write it to `path`; in the active language."""
    document = _document()
    _say(document, _("All that is held on %(name)s") % {"name": subject.name}, size=16)
    _say(document, formats.date_format(localtime(now), "DATETIME_FORMAT"), size=9)
    for heading, count, rows, labels in _sections(subject):
        _write_section(document, heading, count, rows, labels)
    document.output(str(path))
    path.chmod(0o600)


def _sections(subject: Subject) -> Iterator[Section]:
    for holding in gathering.exported():
        count, newest = _newest(gathering.gather(holding, subject))
        if count:
            yield holding.label, count, newest, gathering.labels(holding.table)
    for table, rows in gathering.gather_history(subject):
        count, newest = _newest(rows)
        if count:
            of = find_holding(table.removesuffix("event"))
            label = of.label if of else table
            yield _("History: %(what)s") % {"what": label}, count, newest, gathering.labels(table)


def _newest(rows: Iterable[Row]) -> tuple[int, Iterable[Row]]:
    count, kept = 0, deque[Row](maxlen=MOST)
    for row in rows:
        count += 1
        kept.append(row)
    return count, reversed(kept)


def _write_section(
    document: Any, heading: str, count: int, rows: Iterable[Row], labels: Mapping[str, str]
) -> None:  # fmt: skip
    document.ln(4)
    if document.will_page_break(TOGETHER_MM):
        document.add_page()
    _say(document, f"{capfirst(heading)} ({count})", size=12)
    if count > MOST:
        shown = _("The newest %(count)d are shown.") % {"count": MOST}
        _say(document, shown + " " + _("All of them stand in the JSON."), size=8)
    for row in rows:
        short, long = _told(row, labels)
        if document.will_page_break(min(TOGETHER_MM, LINE_MM * (2 + len(long)))):
            document.add_page()
        _say(document, " · ".join(short), size=8)
        for text in long:
            _say(document, text, size=8)
        document.ln(1.5)


def _told(row: Row, labels: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """What is short in one line, long texts below it; what is empty is passed over."""
    said = [(labels.get(name, name), _text(value)) for name, value in row.items() if value not in (None, "", [], {})]
    told = [f"{capfirst(label)}: {text}" for label, text in said]
    return [text for text in told if len(text) <= SHORT], [text for text in told if len(text) > SHORT]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_text(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    return _moment(value) if isinstance(value, str) and _MOMENT.fullmatch(value) else str(value)


def _moment(value: str) -> str:
    """As people write it, in the company's zone; of a time without a zone as it stands."""
    at = datetime.fromisoformat(value)
    return formats.date_format(localtime(at) if at.tzinfo else at, "SHORT_DATETIME_FORMAT")


def _document() -> Any:
    from fpdf import FPDF  # noqa: PLC0415 - heavy: fpdf

    for name in ("fontTools", "fpdf"):
        getLogger(name).setLevel(ERROR)

    class Numbered(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font(FONTS[0][0], size=8)
            self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    document = Numbered()
    document.set_margin(15)
    for package, name in FONTS:
        document.add_font(package, fname=str(files(package).joinpath(name)))
    document.set_font(FONTS[0][0], size=9)
    document.set_fallback_fonts([package for package, _name in FONTS[1:]], exact_match=False)
    document.add_page()
    return document


def _say(document: Any, text: str, *, size: int) -> None:
    if text:
        document.set_font_size(size)
        document.set_text_shaping(use_shaping_engine=bool(JOINED.search(text)))
        document.multi_cell(0, size * 0.5, text, align="L", new_x="LMARGIN", new_y="NEXT")
