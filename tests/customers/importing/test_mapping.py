import json
from pathlib import Path
from typing import Any

import pytest

from customers.importing.mapping import MappingError, load, resolve
from customers.importing.registry import get_spec

HEADERS = ["No", "Datum", "Menge", "Preis", "Art", "external_id"]


def cells(raw: dict[str, Any], row: list[str]) -> dict[str, str]:
    mapping = resolve(raw, spec=get_spec("orders"), headers=HEADERS)
    return {name: source.cell(HEADERS)(row) for name, source in mapping.columns.items()}


GOOD: dict[str, Any] = {
    "date": "%d.%m.%Y",
    "columns": {
        "external_id": "No",
        "placed_at": "Datum",
        "quantity": {"from": "Menge", "decimal": ","},
        "unit_price": {"from": "Preis", "values": {"free": "0"}},
        "status": {"from": "Art", "prefixes": {"S": "shipped", "ST": "cancelled", "": "placed"}},
        "currency": {"constant": "USD"},
    },
}


def test_renames_translates_and_adds_constants() -> None:
    row = [" 7 ", "31.12.2024", "1,5", "free", "ST1", "x"]
    assert cells(GOOD, row) == {
        "external_id": "7", "placed_at": "31.12.2024", "quantity": "1,5", "unit_price": "0", "status": "cancelled",
        "currency": "USD",
    }  # fmt: skip
    assert cells(GOOD, ["", "", "", "", "SX", ""])["status"] == "shipped"
    assert cells(GOOD, ["", "", "", "", "", ""])["status"] == "placed"


def test_formats_stand_for_all_columns_or_one() -> None:
    mapping = resolve(GOOD, spec=get_spec("orders"), headers=HEADERS)
    assert (mapping.columns["quantity"].format.decimal, mapping.columns["quantity"].format.date) == (",", "%d.%m.%Y")
    assert mapping.columns["unit_price"].format.decimal == "."
    assert mapping.unknown(HEADERS) == [5]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"colums": {}}, "mapping.colums: is not known; there are: columns, create_missing, date"),
        ({"columns": {"x": "No"}}, "columns.x: is not known"),
        ({"columns": {"status": "State"}}, "columns.status.from: the file has no header “State”"),
        ({"columns": {"status": {"constant": "a", "from": "No"}}}, "columns.status: needs either “from” or “constant”"),
        ({"columns": {"status": {"from": "No", "values": {"a": 1}}}}, "columns.status.values.a: must be a text"),
        ({"columns": {"quantity": {"from": "No", "decimal": ";"}}}, "columns.quantity.decimal: must be “.” or “,”"),
        ({"columns": {}}, "columns: no header gives placed_at, quantity, unit_price; the file has: No, Datum"),
        ({"delimiter": "x"}, "delimiter: must be one of"),
        ({"columns": []}, "columns: must be an object"),
        ({"create_missing": {"orders": {}}}, "create_missing.orders: is not known; there are: customers"),
    ],
)
def test_says_where_the_mistake_is(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(MappingError) as caught:
        resolve(raw, spec=get_spec("orders"), headers=HEADERS)
    assert message in str(caught.value)


def test_a_file_that_is_no_json_says_where(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text('{"columns": {,}}')
    with pytest.raises(MappingError, match="line 1, column 14: is no JSON"):
        load(path)


def test_the_example_fits_its_headers() -> None:
    raw = json.loads((Path(__file__).parents[3] / "docs/examples/online_retail.mapping.json").read_text())
    headers = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    mapping = resolve(raw, spec=get_spec("orders"), headers=headers)
    assert mapping.unknown(headers) == []


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        (
            ["1", "Ada Lovelace", "ada@lovelace.example", "+49 30 1234567"],
            "the file has: 4 columns, none of a name that",
        ),
        (["No", "Berlin", "Ada Lovelace"], "the file has: No, and 2 more"),
        (["email", "Ada Lovelace"], "the file has: email, and 1 more"),
    ],
)
def test_what_may_be_a_row_is_not_quoted(headers: list[str], says: str) -> None:
    for raw in ({}, {"columns": {"status": "State"}}):
        with pytest.raises(MappingError) as caught:
            resolve(raw, spec=get_spec("orders"), headers=headers)
        assert says.replace("the file has: ", "has: ") in str(caught.value)
        assert "Ada" not in str(caught.value)
