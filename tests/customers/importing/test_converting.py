import json
from typing import Any

import pytest

from customers.importing import parsers
from customers.importing.converting import Converter
from customers.importing.mapping import ColumnSource, FileMapping, Missing
from customers.importing.registry import Column, Derive, Format, ImportSpec, Invalid, get_spec

SPEC = ImportSpec(
    kind="things",
    columns=(
        Column("external_id", parsers.text(5), required=True),
        Column("due_on", parsers.day, sql="date", empty=None),
        Column("price", parsers.decimal, sql="numeric(18,4)", empty="0"),
        Column("note", parsers.text()),
    ),
)
HEADERS = ["No", "Due", "Price", "Colour", "Größe"]
COLUMNS = {
    "external_id": ColumnSource(header="No"),
    "due_on": ColumnSource(header="Due", format=Format(date="%d.%m.%Y")),
    "price": ColumnSource(header="Price", values={"free": "0"}, format=Format(decimal=",")),
}
DIGEST = "d20d67bf5a6b2f66a2ef7b813e994a96"  # md5 of: 7␟2025-12-31␟1234.5␟␟{"Colour": "red"}, ␟ for U+001F


def converter(*, headers: list[str] = HEADERS, derive: Derive | None = None, **mapping: Any) -> Converter:
    return Converter(SPEC, FileMapping(**({"columns": COLUMNS} | mapping)), headers, derive)


@pytest.mark.parametrize(
    ("row", "staged"),
    [
        (["7", "31.12.2025", "1.234,5", "red", "小"],
         (2, 19074, "7", "{'Colour': 'red', 'Größe': '小'}", None, "7", "2025-12-31", "1234.5", "")),
        ([" 7\t", "", "", "", ""], (2, 19074, "7", None, None, "7", None, "0", "")),
        (["客户", "", "free", "", " "], (2, 17301, "客户", "{'Größe': ' '}", None, "客户", None, "0", "")),
        (["7", "", "", "", "", "", ""], (2, 19074, "7", None, None, "7", None, "0", "")),  # empty cells behind the last
    ],
)  # fmt: skip
def test_a_row_is_mapped_parsed_and_keyed(row: list[str], staged: tuple[object, ...]) -> None:
    line, bucket, key, _digest, extra, *values = converter().convert(2, row)
    assert (line, bucket, key, extra and str(json.loads(str(extra))), *values) == staged


def test_what_a_digest_is_of_stays_as_it_is_or_all_that_is_known_would_read_as_changed() -> None:
    """The canonical values as stored and the unknown columns: not how they were written, nor the line."""
    row = ["7", "31.12.2025", "1.234,5", "red", ""]
    assert converter().convert(2, row)[3] == DIGEST
    assert converter().convert(9, [" 7 ", "31.12.2025", "1234,5", "red", ""])[3] == DIGEST
    others = [["7", "30.12.2025", *row[2:]], [*row[:3], "blue", ""], ["8", *row[1:]], [*row[:4], "red"]]
    assert len({converter().convert(2, other)[3] for other in (row, *others)}) == 5


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (["", "", "", "", ""], "external_id", "is required"),
        ([" ", "", "", "", ""], "external_id", "is required"),
        (["123456", "", "", "", ""], "external_id", "longer than 5 characters"),
        (["7", "2025-12-31", "", "", ""], "due_on", "“2025-12-31” is no date of the form %d.%m.%Y"),
        (["7", "", "much", "", ""], "price", "“much” is not a number"),
        (["7", "", "", "", "a\0b"], "Größe", "contains a NUL character"),
        (["7", "", "", ""], "", "has 4 cells, the header has 5"),
        (["7", "", "", "", "", "", "x"], "", "has 7 cells, the header has 5"),
        ([], "", "has 0 cells, the header has 5"),
    ],
)
def test_what_cannot_go_in_says_where_and_why(row: list[str], column: str, reason: str) -> None:
    with pytest.raises(Invalid) as error:
        converter().convert(2, row)
    assert (error.value.column, str(error.value)) == (column, reason)


def test_what_is_derived_stands_last_and_may_fill_in() -> None:
    def derive(row: list[str | None]) -> list[str | None]:
        row[3] = "filled in"
        return [f"{row[0]}/{row[1]}", None]

    staged = converter(derive=derive).convert(2, ["7", "", "", "", ""])
    assert staged[6:] == ("7", None, "0", "filled in", "7/None", None)


def test_a_constant_needs_no_header_and_what_is_not_mapped_is_empty() -> None:
    source = {"note": ColumnSource(header="No")}
    staged = converter(columns={"external_id": ColumnSource(constant="1"), **source}).convert(2, ["x", "", "", "", ""])
    assert staged[6:] == ("1", None, "0", "x")


@pytest.mark.parametrize(
    ("row", "bare"),
    [
        (["7", "", "", "DE", "ORGANIZATION"], {"country": "DE", "kind": "organization"}),
        (["7", "", "", " DE ", ""], {"country": "DE"}),
        (["7", "", "", "", ""], {}),  # says that there is nothing to say
    ],
)
def test_what_a_row_says_of_another_record_is_kept_beside(row: list[str], bare: dict[str, str]) -> None:
    columns = {"country": ColumnSource(header="Colour"), "kind": ColumnSource(header="Größe")}
    staged = converter(missing=Missing("customers", columns)).convert(2, row)
    assert (staged[4], json.loads(str(staged[5]))) == (None, bare)


def test_what_a_row_says_of_another_record_is_held_to_that_records_rules() -> None:
    bare = converter(missing=Missing("customers", {"kind": ColumnSource(header="Colour")}))
    with pytest.raises(Invalid) as error:
        bare.convert(2, ["7", "", "", "firm", ""])
    assert (error.value.column, str(error.value)) == ("kind", "“firm” is none of organization, person")


def test_our_own_export_has_no_unknown_columns() -> None:
    spec = get_spec("payments")
    mapping = FileMapping({name: ColumnSource(header=name) for name in spec.names})
    row = ["shop", "p1", "i1", "2026-01-02", "5"]
    assert Converter(spec, mapping, ["source", *spec.names], None).convert(2, row)[4] is None
    assert Converter(spec, mapping, ["Source", *spec.names], None).convert(2, row)[4] == '{"Source": "shop"}'
