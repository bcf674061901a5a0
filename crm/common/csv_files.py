"""Writing CSV: one guard against formulas, one way to hand a file to a browser."""

import re
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets look for it to know UTF-8."""

# A formula begins with one of these (full-width ones too, which some versions turn into the others).
_STARTS = r"=+\-@＝＋－＠"
_BLANK = r"\s\x00\u200b\ufeff"
_RISKY = re.compile(rf"^[\t\r]|^[{_BLANK}]*[{_STARTS}]|[;\t\r\n][{_BLANK}\"]*[{_STARTS}]")
_FORMULA = re.compile(rf"[{_BLANK}]*[{_STARTS}]")
# Where a spreadsheet that expects semicolons, as in many countries, begins another cell in the middle of ours. Quotes
# that stand first there are ours, doubled, and open that cell.
_SEPARATORS = re.compile(rf"([;\t\r\n](?:[;\t\r\n{_BLANK}\"]*[;\t\r\n\"])?)")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][+-]?\d+)? ?%?", re.ASCII)
# A telephone number stays as it is when no spreadsheet can compute it: two groups of digits with only a space between.
_PHONE = re.compile(r"\+(?=.*\d[ \u00a0]\(?\d)\d[\d \u00a0()./-]*", re.ASCII)
_QUOTED = re.compile(r"[\",;\t\r\n]|^\s|\s$")


def safe_cell(value: object) -> str:
    """As text; an apostrophe stands before what a spreadsheet would run as a formula (OWASP, CSV injection).

    Numbers and telephone numbers such as +49 30 1234567 stay readable; days and moments are ISO 8601, None is empty.
    """
    text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    if not _RISKY.search(text):
        return text
    first, *rest = _SEPARATORS.split(text)
    guarded = f"'{first}" if _is_formula(first) else first
    # What follows it there, another separator or our closing quote, makes even a number a formula.
    guarded += "".join(f"'{part}" if _FORMULA.match(part) else part for part in rest)
    is_bare = not guarded.startswith("'")
    return f"'{guarded}" if is_bare and (text[0] in "\t\r" or _is_formula(text)) else guarded


def csv_lines(rows: Iterable[Iterable[object]], *, end: str = "\r\n") -> Iterator[str]:
    """Each row as a line of guarded cells, one at a time, so that memory stays flat."""
    for row in rows:
        cells = [safe_cell(value) for value in row]
        if any(map(_QUOTED.search, cells)):
            cells = [_quoted(cell) for cell in cells]
        yield ",".join(cells) + end


def csv_download(rows: Iterable[Iterable[object]], *, filename: str) -> StreamingHttpResponse:
    """The rows as a file in UTF-8 with a byte order mark."""

    def text() -> Iterator[str]:
        yield BYTE_ORDER_MARK
        yield from csv_lines(rows)

    return StreamingHttpResponse(
        text(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


def _is_formula(part: str) -> bool:
    if not _FORMULA.match(part):
        return False
    bare = part.strip()
    return not (_NUMBER.fullmatch(bare) or _PHONE.fullmatch(bare))


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell
