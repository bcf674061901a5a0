"""csv-spectrum's corner cases and strings that break text fields: reader, import, page, search and export."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.utils.html import escape

from crm.common.limits.rates import Rate
from customers.importing.tabular import BrokenRow, open_table
from customers.models import Customer
from tests.conftest import ClientFor
from tests.customers.importing.files import counts, load, write_csv

DATA = Path(__file__).parents[3] / "shared/data"
SPECTRUM, NAUGHTY = DATA / "csv-spectrum", DATA / "naughty_strings.txt"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="shared/data does not lie beside the checkout"),
]


@pytest.mark.parametrize("path", sorted(SPECTRUM.glob("csvs/*.csv")), ids=lambda path: path.stem)
def test_csv_spectrum(path: Path, tmp_path: Path) -> None:
    answer = json.loads((SPECTRUM / f"json/{path.stem}.json").read_text())
    content = path.read_bytes()
    if path.stem.endswith("crlf"):  # some copies of the collection lost what these files are about
        content = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    file = tmp_path / path.name
    file.write_bytes(content)
    with open_table(file) as table:
        rows = [row for row in table.rows if not isinstance(row, BrokenRow)]
        assert [dict(zip(table.headers, cells, strict=True)) for _line, cells in rows] == answer


# Where semicolons separate cells, what follows one would be run.
GUARDED_INSIDE = {"'; EXEC sp_MSForEachTable 'DROP TABLE ?'; --": "'; EXEC sp_MSForEachTable 'DROP TABLE ?';' --"}


def naughty() -> list[str]:
    lines = NAUGHTY.read_bytes().decode("utf-8").split("\n")
    return [line for line in lines if line.strip(" \t\r") and not line.startswith("#")]


@pytest.mark.django_db
def test_naughty_strings_survive_the_import(tmp_path: Path) -> None:
    strings = naughty()
    path = tmp_path / "naughty.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["external_id", "name", "note"])
        writer.writerows([number, text[:300], text] for number, text in enumerate(strings))
    batch = load("customers", path, source="naughty")
    assert list(batch.rejects.values_list("line", "reason")) == []
    assert counts(batch) == {"rows": len(strings), "created": len(strings)}
    found = dict(Customer.objects.values_list("source_records__external_id", "name"))
    assert found == {str(number): text[:300].strip(" \t\r\n") for number, text in enumerate(strings)}
    notes = dict(Customer.objects.values_list("source_records__external_id", "source_records__payload__extra__note"))
    assert notes == {str(number): text for number, text in enumerate(strings)}
    assert counts(load("customers", path, source="naughty")) == {"rows": len(strings), "unchanged": len(strings)}


@pytest.mark.slow
@pytest.mark.django_db
def test_naughty_strings_survive_page_search_and_export(tmp_path: Path, client_for: ClientFor, settings: Any) -> None:
    settings.CRM_LIMITS = settings.CRM_LIMITS | {"search": Rate.parse("10000/1m")}
    names = sorted({text[:300].strip(" \t\r\n") for text in naughty()})
    headers = "external_id,name"
    load("customers", write_csv(tmp_path / "n.csv", headers, list(enumerate(names))), source="naughty")
    client = client_for("manager")
    for customer in Customer.objects.order_by("id"):
        heading = client.get(customer.get_absolute_url()).content.decode()
        assert escape(customer.name) in heading
        found = client.get("/customers/", {"q": customer.name})
        assert found.status_code == 200
        if customer.name.isalpha() and len(customer.name) > 2:
            assert f"/customers/{customer.pk}/" in found.content.decode(), customer.name
    export = client.get("/customers/export/").getvalue().decode("utf-8-sig")
    cells = {row["name"].removeprefix("'") for row in csv.DictReader(StringIO(export, newline=""))}
    guarded = {GUARDED_INSIDE.get(name, name).removeprefix("'") for name in names}
    assert set(GUARDED_INSIDE) <= set(names)
    assert cells == guarded
