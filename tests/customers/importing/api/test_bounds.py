"""What cannot be taken is refused with its place, and nothing else happens."""

import json
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper
from django.test import Client

from customers.importing import frame
from customers.importing.api import bodies
from customers.importing.registry import ImportSpec
from customers.models import ImportBatch, SourceRecord
from tests.customers.importing.api.asking import Asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
DEEP = '{"name": ' + "[" * 100_000 + "]" * 100_000 + "}"


@pytest.mark.parametrize(
    ("body", "status", "field", "says"),
    [
        (" ", 400, "", "empty"),
        ('{"name": ', 400, "", "line 1, column 10"),
        ('{"name": "A", "name": "B"}', 400, "name", "twice"),
        ('{"name": NaN}', 400, "", "NaN is no number"),
        ('{"name": -Infinity}', 400, "", "-Infinity"),
        (DEEP, 400, "", "nested too deep"),
        ('{"name": "Müller"}'.encode("latin-1"), 400, "", "byte 0xfc at 11"),
        ('{"name": "张伟张伟张伟先生"}'.encode("gb18030"), 400, "", "GB18030"),
        ('{"name": "A"}'.encode("utf-16"), 400, "", "UTF-16"),
        ("[]", 422, "", "must be an object"),
        ('{"name": "A\\u0000"}', 422, "name", "NUL"),
        ('{"name": "A", "a\\u0000b": "c"}', 422, "a␀b", "NUL"),
        ('{"name": "\\ud800"}', 422, "name", "surrogate"),
        ('{"name": {"first": "A"}}', 422, "name", "must be a text"),
        ('{"name": "A", "birth_date": "30.02."}', 422, "birth_date", "YYYY-MM-DD"),
        ('{"name": "A", "birth_date": 1e309}', 422, "birth_date", "1e309"),
        ('{"name": "A", "": 1}', 422, "", "1 to 200"),
        ('{"name": "A", "kind": "dog"}', 422, "kind", "dog"),
        ('{"name": "A", "source": "crm"}', 422, "source", "shop"),
        ('{"name": "A", "external_id": "8"}', 422, "external_id", "address"),
        ('{"name": "' + "A" * 301 + '"}', 422, "name", "300"),
        ('{"name": "' + "A" * bodies.LARGEST_ITEM + '"}', 413, "", "1048576"),
    ],
)
def test_a_body_is_refused_with_the_field(body: str | bytes, status: int, field: str, says: str) -> None:
    answered, found = Asking().sent("put", "customers/shop/7", body)
    assert (answered, [error["field"] for error in found["errors"]]) == (status, [field])
    assert says in found["errors"][0]["message"]
    assert not SourceRecord.objects.exists()


@pytest.mark.parametrize("content_type", ["text/plain", "application/json; charset=gb18030", ""])
def test_it_takes_json_in_utf8_only(content_type: str) -> None:
    status, found = Asking().sent("put", "customers/shop/7", "{}", content_type)
    assert (status, found["errors"][0]["field"]) == (415, "Content-Type")


@pytest.mark.parametrize("kind", ["", "calls", "nothing/x/1", "customers/shop"])
def test_an_address_that_leads_nowhere_names_the_kinds(kind: str) -> None:
    answer = Client().put(f"/api/v1/{kind or 'x'}", "{}", content_type="application/json")
    assert answer.status_code == 404
    assert "customers" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("items", "says"),
    [([], "one at least"), ("x", "one at least"), ([{}] * 1001, "At most 1000"), (None, "one at least")],
)
def test_a_batch_is_a_list_of_at_most_a_thousand(items: Any, says: str) -> None:
    shop = Asking()
    status, found = shop.batch("customers") if items is None else shop.sent("post", "customers/batch", _json(items))
    assert (status, found["errors"][0]["field"]) == (422, "items")
    assert says in found["errors"][0]["message"]


def _json(items: Any) -> str:
    return '{"items": ' + repr(items).replace("'", '"') + "}"


@pytest.mark.parametrize(
    "lines", ["[]", "{}", "[1]", '[{"quantity": [1]}]', "[" + ",".join(['{"quantity":1,"unit_price":1}'] * 1001) + "]"]
)
def test_lines_are_a_list_of_objects(lines: str) -> None:
    status, found = Asking().sent("put", "orders/shop/1", f'{{"placed_at": "2026-11-01", "lines": {lines}}}')
    assert status == 422
    assert found["errors"][0]["field"].startswith("lines")


def test_an_id_may_hold_anything_that_a_text_may() -> None:
    shop = Asking()
    for external_id in ("a/b", "ä ö", "x?y", "l\nm", "%"):
        assert shop.batch("customers", {"external_id": external_id, "name": "A"})[1]["created"] == 1
    assert shop.put("customers", "a/b", name="A")[1]["result"] == "unchanged"
    assert shop.get("customers/shop/l%0Am")[1]["external_id"] == "l\nm"
    assert shop.get("customers/shop/%00")[0] == 404
    assert shop.sent("put", "customers/shop/%00", '{"name": "A"}')[0] == 422


def test_a_value_that_only_the_database_refuses_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a number that no parser looked at: here a statement that fails where the second item is among them."""
    close = frame.close

    def refusing(cursor: CursorWrapper, spec: ImportSpec) -> int:
        cursor.execute("SELECT 1 / (count(*) FILTER (WHERE _key <> '1') - count(*) + 1) FROM imp_keys")
        return close(cursor, spec)

    monkeypatch.setattr(frame, "close", refusing)
    found = Asking().batch("customers", *({"external_id": str(n), "name": f"N{n}"} for n in range(3)))[1]
    assert [one["result"] for one in found["results"]] == ["created", "rejected", "created"]
    assert ImportBatch.objects.get().rejected == 1


def test_amounts_and_days_that_are_none_are_each_items_own() -> None:
    lines = [{"quantity": 1, "unit_price": 1}]
    orders: list[str] = [
        f'{{"external_id": "{number}", "placed_at": "{day}", "lines": {said}}}'
        for number, (day, said) in enumerate(
            [
                ("2026-02-30", json.dumps(lines)),
                ("30.02.", json.dumps(lines)),
                ("2026-11-01", '[{"quantity": 1, "unit_price": 1e309}]'),
                ("2026-11-01", '[{"quantity": "Infinity", "unit_price": 1}]'),
                ("2026-11-01", '[{"quantity": 1, "unit_price": 1, "shoe_size": 42}]'),
            ]
        )
    ]
    status, found = Asking().sent("post", "orders/batch", f'{{"items": [{",".join(orders)}]}}')
    assert (status, [one["result"] for one in found["results"]]) == (200, ["rejected"] * 4 + ["created"])


class Unread:
    """A body that nobody may read."""

    def read(self, *_sizes: int) -> bytes:
        raise AssertionError

    readline = read


def test_a_body_of_a_gigabyte_is_refused_unread() -> None:
    status, found = Asking().sent(
        "put", "customers/shop/7", "{}", CONTENT_LENGTH=str(1024**3), **{"wsgi.input": Unread()}
    )
    assert (status, found["errors"][0]["field"]) == (413, "")
    assert "1073741824" in found["errors"][0]["message"]


def test_bad_values_of_a_batch_are_each_items_own() -> None:
    fields: list[dict[str, Any]] = [
        {"birth_date": "30.02."}, {"birth_date": 1e308}, {"name": "A\0"}, {"email": {}}, {"name": ""}, {"shoe": 42},
    ]  # fmt: skip
    items = [{"external_id": str(number), "name": "A", **one} for number, one in enumerate(fields)]
    status, found = Asking().batch("customers", *items)
    assert status == 200
    assert [one["result"] for one in found["results"]] == ["rejected"] * 5 + ["created"]
    named = [one["errors"][0]["field"] for one in found["results"][:5]]
    assert named == ["birth_date", "birth_date", "name", "email", "name"]


@pytest.mark.parametrize("body", [b"\x1f\x8b" + b"0" * 100, b"PK\x03\x04" + b"\xff" * 100, b"\x89PNG\r\n"])
def test_a_packed_body_is_not_opened(body: bytes) -> None:
    status, found = Asking().sent("post", "customers/batch", body)
    assert (status, found["errors"][0]["field"]) == (400, "")
