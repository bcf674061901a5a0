import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from django.http import StreamingHttpResponse
from hypothesis import example, given
from hypothesis import strategies as st

from crm.common.csv_files import csv_download, csv_lines, safe_cell

SIGNS = "=+-@＝＋－＠"
NASTY = st.text(alphabet=SIGNS + "\t\r\n ;,\"'()|!./%eE019aA\u00a0\u200b\ufeff中", max_size=12)
LETTERS = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)


def is_number(text: str) -> bool:
    try:
        float(text.strip().rstrip("%").replace(",", "").replace(" ", "") or "x")
    except ValueError:
        return False
    return text.strip()[1:2] != "i"


def is_telephone(text: str) -> bool:
    """A plus, then groups of digits; the spreadsheet reads two numbers side by side as no formula."""
    bare = text.strip()
    groups = bare[1:].replace("\u00a0", " ").replace("(", "").split(" ")
    side_by_side = any(first[-1:].isdigit() and then[:1].isdigit() for first, then in pairwise(groups))
    return bare[:1] == "+" and set(bare[1:]) <= set("0123456789 ()./-\u00a0") and side_by_side


def runs(cell: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula."""
    bare = cell.lstrip("\x00\u200b\ufeff \t\r\n\u00a0\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029")
    return (
        bare[:1] in set(SIGNS) and not is_number(bare.replace(".", "", bare.count(".") - 1)) and not is_telephone(bare)
    )


@given(NASTY | LETTERS)
@example('=HYPERLINK("http://x")')
@example("\t=1+1")
@example("-2+3+cmd|' /C calc'!A0")
@example("+49-30-123")
@example("\ufeff=1")
def test_no_cell_that_would_run_leaves_unguarded(text: str) -> None:
    guarded = safe_cell(text)
    assert not runs(guarded)
    assert guarded[:1] not in {"\t", "\r"}


@given(NASTY, st.sampled_from(",;\t"))
@example("a;=1+1", ";")
@example("b\t@x", "\t")
@example("x;-1+cmd|'/C calc'!A0", ";")
@example("\r\"='", "\t")
@example('x;"=1', ";")
@example('x; ""@y', ";")
@example(";-0", ";")
@example("\r-0;", "\t")
def test_nor_where_the_spreadsheet_expects_another_separator(text: str, separator: str) -> None:
    """It then begins cells in the middle of ours."""
    (line,) = csv_lines([["Müller", text]])
    seen = [cell for cells in csv.reader(io.StringIO(line, newline=""), delimiter=separator) for cell in cells]
    assert not any(runs(cell) for cell in seen)


@given(st.lists(st.lists(NASTY | LETTERS, min_size=2, max_size=5), max_size=5))
def test_what_is_read_back_are_the_guarded_cells(rows: list[list[str]]) -> None:
    text = "".join(csv_lines(rows))
    assert list(csv.reader(io.StringIO(text, newline=""))) == [[safe_cell(cell) for cell in row] for row in rows]


@given(
    st.decimals(allow_nan=False, allow_infinity=False)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
)
def test_numbers_stay_numbers(value: object) -> None:
    assert safe_cell(value) == str(value)


@pytest.mark.parametrize(
    "text",
    [
        "+49 30 1234567", "+49 30 123-45", "+1 (555) 123-4567", "+86 10 8888 8888", "+493012345",
        "+44\u00a020\u00a07946 0018", "-5", "-1,234.50", "+3.5 %", "-0,5", "1e-7", "-1E+3", "-.5", "",
        "Müller & Söhne", "a - b", "50=50", "2026-03-01",
    ],
)  # fmt: skip
def test_telephone_numbers_and_numbers_are_left_alone(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("+49-30-1234567", "'+49-30-1234567"),
        ("  =1", "'  =1"),
        ("\r\n=1", "'\r\n'=1"),
        ("＝1+1", "'＝1+1"),
        ("-5+A1", "'-5+A1"),
        ("+49 30 1;=1", "'+49 30 1;'=1"),
        ('a;"=1', "a;\"'=1"),
        ("a;-5;b", "a;'-5;b"),
        ("a;-5", "a;'-5"),
    ],
)
def test_formulas_are_guarded(text: str, guarded: str) -> None:
    assert safe_cell(text) == guarded


def test_days_moments_and_nothing() -> None:
    values = [date(2026, 3, 1), datetime(2026, 3, 1, 12, tzinfo=UTC), None, Decimal("-1.50"), True]
    assert [safe_cell(value) for value in values] == ["2026-03-01", "2026-03-01T12:00:00+00:00", "", "-1.50", "True"]


def test_a_download_streams_with_a_byte_order_mark() -> None:
    answer = csv_download([["name", "n"], ["=1", 2], ['a "b", c', None]], filename="x.csv")
    assert isinstance(answer, StreamingHttpResponse)
    assert answer.getvalue().decode() == '\ufeffname,n\r\n\'=1,2\r\n"a ""b"", c",\r\n'
    assert (answer.headers["Content-Type"], answer.headers["Content-Disposition"]) == (
        "text/csv; charset=utf-8",
        'attachment; filename="x.csv"',
    )
