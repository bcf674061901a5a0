"""Workbooks made to cost much: each is refused with a sentence, in two seconds of the processor and 50 MB."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest

from crm.embedded.places import CHECKOUT
from tests.customers.importing.books import BOOK, MAIN, Part, sheet, text_cell, write_book

SHEET = "xl/worksheets/sheet1.xml"
HEADER = f'<row r="1">{text_cell("A1", "id")}</row>'
OPEN, CLOSE = sheet("|").split("|")
LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a '" + "ha" * 50 + "'>"
    + "".join(f"<!ENTITY {after} '{f'&{before};' * 10}'>" for before, after in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)  # fmt: skip
# Opens a file as the import does; afterwards what was said, how long it took and by how much the process grew.
MEASURE = """
import json, resource, sys, time
from django.conf import settings
settings.configure(USE_I18N=False)
from pathlib import Path
from customers.importing.tabular import open_table
from crm.common.errors import DomainError
used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before, began, said = used(), time.process_time(), ""
try:
    with open_table(Path(sys.argv[1])) as table:
        for row in table.rows:
            if isinstance(row, Exception):
                said = str(row)
except DomainError as error:
    said = str(error)
print(json.dumps([said, time.process_time() - began, used() - before]))
"""


def many(body: str, thousands: int, *, start: str = OPEN, end: str = CLOSE) -> Iterator[str]:
    return chain([start], repeat(body * 1_000, thousands), [end])


def in_part(name: str, part: Callable[[], Part]) -> Callable[[Path], Path]:
    return lambda path: write_book(path, HEADER, parts={name: part()})


def in_sheet(part: Callable[[], Part]) -> Callable[[Path], Path]:
    return in_part(SHEET, part)


def unpacked(name: str, part: Callable[[], Part]) -> Callable[[Path], Path]:
    """So large that packing it would take the test's time."""
    return lambda path: write_book(path, HEADER, parts={name: part()}, packing=zipfile.ZIP_STORED)


def wide(columns: int) -> str:
    return HEADER.replace("</row>", "") + "".join(f'<c t="str"><v>h{n}</v></c>' for n in range(1, columns)) + "</row>"


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a row number beyond the last": (
        in_sheet(lambda: sheet(HEADER + '<row r="999999999"><c><v>1</v></c></row>')),
        "beyond row 1048576",
    ),
    "a gap between rows": (
        in_sheet(lambda: sheet(f'{HEADER}<row r="1500">{text_cell("A1500", "x")}</row>')),
        "no rows between 1 and 1500",
    ),
    "a sheet that is a bomb": (in_sheet(lambda: many(" " * 100, 1_000)), f"{SHEET} unpacks to more than 300 times"),
    "styles that are a bomb": (
        in_part("xl/styles.xml", lambda: many(" " * 100, 1_000, start="<styleSheet>", end="</styleSheet>")),
        "xl/styles.xml unpacks to more than 300 times",
    ),
    "large styles": (
        unpacked("xl/styles.xml", lambda: many("<b/>", 1_100, start="<a>", end="</a>")),
        "xl/styles.xml is larger than 4 MB",
    ),
    "strings beyond what memory should hold": (
        unpacked("xl/sharedStrings.xml", lambda: many("<si/> " * 10, 900, start="<a>", end="</a>")),
        "xl/sharedStrings.xml is larger than 48 MB",
    ),
    "laughs in the sheet": (
        in_sheet(lambda: LAUGHS + sheet(f'<row>{text_cell("A1", "&i;")}</row>')),
        f"{SHEET} declares a DOCTYPE",
    ),
    "laughs in a part nobody reads": (in_part("docProps/core.xml", lambda: LAUGHS + "<x>&i;</x>"), "a DOCTYPE"),
    "an external DTD": (in_part("x/a.rels", lambda: '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x"><x/>'), "a DOCTYPE"),
    "too wide a header": (in_sheet(lambda: sheet(wide(501))), "in column SG; at most 500"),
    "a header of 18,278 columns": (in_sheet(lambda: sheet(wide(18_278))), "in column SG; at most 500"),
    "a long header": (
        in_sheet(lambda: sheet(HEADER.replace("id", "x" * 201))),
        "The header of column 1 is longer than 200 characters: “xxx",
    ),
    "a column no sheet has": (in_sheet(lambda: sheet(f"<row>{text_cell('XFE1', 'x')}</row>")), "no column XFE"),
    "a column without end": (
        in_sheet(lambda: sheet(f"<row>{text_cell('A' * 4_000 + '1', 'x')}</row>")),
        "no column AAA",
    ),
    "a tag without end": (
        unpacked(SHEET, lambda: many("1" * 100, 100, start=f"{OPEN}<row r='", end=f"'/>{CLOSE}")),
        "has an endless tag",
    ),
    "a comment without end": (
        unpacked(SHEET, lambda: many("1" * 100, 100, start="<!--", end=f"-->{sheet(HEADER)}")),
        "has an endless tag",
    ),
    "elements within elements": (in_sheet(lambda: chain(["<a>"], repeat("<b>", 10_000))), "nested too deeply"),
    "a packing of its own": (
        lambda path: write_book(path, HEADER, packing=zipfile.ZIP_LZMA),
        "packed as no workbook is",
    ),
    "more parts than a workbook has": (
        lambda path: write_book(path, HEADER, parts={f"x{n}.bin": "" for n in range(5_001)}),
        "more than 5000 parts",
    ),
    "a part cut off": (in_sheet(lambda: sheet(HEADER)[:-30]), "damaged"),
    "a string that is not there": (in_sheet(lambda: sheet('<row><c t="s"><v>7</v></c></row>')), "damaged"),
    "a string counted from behind": (in_sheet(lambda: sheet('<row><c t="s"><v>-1</v></c></row>')), "damaged"),
    "a style that is not there": (in_sheet(lambda: sheet('<row><c s="9"><v>7</v></c></row>')), "damaged"),
    "a number of digits that takes long to read": (
        in_sheet(lambda: sheet(f"{HEADER}<row><c><v>{'9' * 1_000_000}</v></c></row>{HEADER}")),
        "",
    ),
    "a cell longer than any": (
        in_sheet(lambda: sheet(f"{HEADER}<row>{text_cell('A2', 'ab ' * 500_000)}</row>")),
        "A cell is longer than 1048576 characters",
    ),
    "a missing part": (
        in_part("xl/workbook.xml", lambda: BOOK.replace("<sheet ", '<x y="1"/><sheet ').replace("r1", "r2")),
        "empty",
    ),
}  # fmt: skip


def opened(path: Path) -> tuple[str, float, float]:
    command = [sys.executable, "-c", MEASURE, str(path)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=60)
    said, seconds, megabytes = json.loads(done.stdout)
    return said, seconds, megabytes


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_refuses_within_two_seconds_and_50_mb(tmp_path: Path, name: str) -> None:
    make, words = HOSTILE[name]
    said, seconds, megabytes = opened(make(tmp_path / "x.xlsx"))
    assert words in said
    assert (seconds < 2, megabytes < 50) == (True, True), (seconds, megabytes)


@pytest.mark.slow
def test_more_rows_than_a_sheet_has_are_refused_as_they_come(tmp_path: Path) -> None:
    rows = chain([OPEN], (f'<row r="{number}"/>' for number in range(1, 1_048_578)), [CLOSE])
    said, _seconds, megabytes = opened(unpacked(SHEET, lambda: rows)(tmp_path / "x.xlsx"))
    assert "beyond row 1048576" in said
    assert megabytes < 50


def test_an_entity_that_grows_sixtyfold_is_refused_too(tmp_path: Path) -> None:
    part = f'<!DOCTYPE x [<!ENTITY a "{"x" * 60}">]><worksheet xmlns="{MAIN}">&a;</worksheet>'
    assert "a DOCTYPE" in opened(write_book(tmp_path / "x.xlsx", parts={SHEET: part}))[0]
