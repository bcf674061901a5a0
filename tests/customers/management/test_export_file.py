import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.db import transaction

from crm.common.kinds import import_kinds
from customers.importing import exports, registry
from customers.importing.tabular import BrokenRow, open_table
from customers.models import Customer, SourceRecord, Tier, TierAssignment
from tests.customers.importing.files import counts, load, write_csv
from tests.customers.importing.world import FILES
from tests.factories.customers import CustomerFactory
from tests.factories.importing import SourceSystemFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

KINDS = (
    "customers", "contacts", "products", "orders", "invoices", "payments", "interactions", "calls", "survey_answers",
    "ledger", "costs", "rollouts", "other_changes", "repairs",
)  # fmt: skip
SOURCES = ("crm", "shop", "finance", "desk", "survey", "pbx")
LOG = (
    "1700000000|1.1|sales|NONE|ENTERQUEUE||030 1234567|1\n1700000005.250000|1.1|sales|Ann|CONNECT|5|1.2|3\n"
    "1700000100.5|1.1|sales|Ann|COMPLETECALLER|5|95|1\n1700000200|NONE|NONE|Ann|PAUSE\n"
)
MORE = (
    (
        "desk", "rollouts", "team,went_live_on,phase,transition_months",
        [["", "2024-03-01", "", ""], ["north", "2024-04-01", "2", "3"]],
    ),
    (
        "desk", "other_changes", "external_id,name,from,to,kpis,team,note",
        [
            ["1", "Strike", "2024-03-01", "2024-03-05", "nps; csat", "North", "two days"],
            ["2", "Price rise", "2024-05-01", "", "", "", ""],
        ],
    ),
    ("finance", "ledger", "month,revenue,cost_of_sales,operating_cost", [["2024-01", "10.50", "3", "0.0001"]]),
    (
        "finance", "costs", "external_id,date,category,phase,planned,actual,note",
        [["k1", "2024-01-05", "licence", "1", "9000.00", "", '=1+1, "quoted"\r\nand _x000D_ more']],
    ),
)  # fmt: skip


def run(*arguments: object) -> tuple[int, dict[str, object]]:
    out, code = StringIO(), 0
    try:
        call_command("export_file", *map(str, arguments), "--json", stdout=out, stderr=StringIO())
    except SystemExit as stop:
        code = int(str(stop.code))
    return code, json.loads(out.getvalue())


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def deliver(tmp_path: Path) -> None:
    """Files of all departments go in."""
    for number, (source, kind, mapping, headers, lines) in enumerate(FILES):
        load(kind, write_csv(tmp_path / f"{number}.csv", headers, lines), source=source, mapping=mapping)
    for source, kind, headers, lines in MORE:
        load(kind, write_csv(tmp_path / f"{kind}.csv", headers, lines), source=source)
    (tmp_path / "log").write_text(LOG)
    load("calls", tmp_path / "log", source="pbx")


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def export_all(folder: Path, suffix: str = ".csv") -> dict[tuple[str, str], Path]:
    folder.mkdir()
    files = {(kind, source): folder / f"{kind}-{source}{suffix}" for kind in KINDS for source in SOURCES}
    for (kind, source), path in files.items():
        if SourceRecord.objects.filter(system__key=source).exists() or source == "pbx":
            assert run(kind, path, "--source", source)[0] == 0
    return {key: path for key, path in files.items() if path.exists()}


def said(path: Path, kind: str) -> list[tuple[str, ...]]:
    """The rows of a file without what the product knows: that has other ids in another database."""
    if kind == "calls":
        return [(line,) for line in path.read_text().splitlines()]
    with open_table(path) as table:
        width = 1 + len(registry.get_spec(kind).names)
        found = [item for item in table.rows if not isinstance(item, BrokenRow)]
    return [tuple(row[:width]) for _line, row in found]


def test_every_kind_that_can_be_imported_can_be_exported() -> None:
    assert sorted(exports.exports()) == sorted(dict(import_kinds())) == sorted(KINDS)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_is_exported_goes_into_an_empty_database_and_comes_out_the_same(tmp_path: Path, suffix: str) -> None:
    with taken_back():
        deliver(tmp_path)
        first = export_all(tmp_path / "first", suffix)
    assert not Customer.objects.exists()
    del first["interactions", "pbx"]  # what calls left in the log comes again with the calls
    for (kind, source), path in first.items():
        if said(path, kind):
            batch = load(kind, path, source=source)
            assert batch.rejected == 0, (kind, source)
    again = export_all(tmp_path / "again", suffix)
    assert said(again.pop(("interactions", "pbx")), "interactions")
    assert again.keys() == first.keys()
    for (kind, source), path in first.items():
        assert said(again[kind, source], kind) == said(path, kind), (kind, source)
    assert {kind for (kind, _source), path in first.items() if said(path, kind)} == set(KINDS)


def test_customers_come_with_tier_and_figures_of_the_day(tmp_path: Path) -> None:
    load("customers", write_csv(tmp_path / "c.csv", "external_id,name", [["1", "Ada"], ["2", "Bob"]]), source="shop")
    load("customers", write_csv(tmp_path / "d.csv", "external_id,name", [["x", "Cy"]]), source="crm")
    headers = "external_id,customer_external_id,placed_at,quantity,unit_price,unit_cost,status"
    load("orders", write_csv(tmp_path / "o.csv", headers, [
        ["a", "1", "2024-01-31 12:00", "2", "10", "4", "shipped"],
        ["b", "1", "2024-02-01 12:00", "1", "5.5", "", "placed"],
        ["c", "1", "2025-01-31 12:00", "1", "3", "1", "cancelled"],
        ["d", "1", "2025-01-31 12:00", "-1", "2", "0.5", "returned"],
    ]), source="shop")  # fmt: skip
    load("invoices", write_csv(tmp_path / "i.csv", "external_id,customer_external_id,issued_on,due_on,amount", [
        ["i1", "1", "2024-12-01", "2025-01-31", "100"], ["i2", "1", "2024-01-01", "2024-02-01", "50"],
    ]), source="shop")  # fmt: skip
    load("payments", write_csv(tmp_path / "p.csv", "external_id,invoice_external_id,paid_on,amount", [
        ["p1", "i1", "2025-01-31", "25"], ["p2", "i1", "2025-02-01", "75"],
    ]), source="shop")  # fmt: skip
    ada = Customer.objects.get(name="Ada")
    gold, silver = Tier.objects.order_by("rank")[:2]
    TierAssignment.objects.filter(customer=ada).delete()  # the one they started in
    for tier, days in ((silver, ("2024-01-01", "2025-01-31")), (gold, ("2025-01-31", None))):
        TierAssignment.objects.create(customer=ada, tier=tier, valid=days, reason="policy")
    CustomerFactory.create(name="Typed")
    assert run("customers", tmp_path / "out.csv", "--as-of", "2025-01-31") == (0, {"rows": 4})
    known = ("source", "external_id", "name", "tier", "revenue_12m", "profit_12m", "on_time_12m")
    found = rows(tmp_path / "out.csv")
    assert [tuple(row[name] for name in known) for row in found] == [
        ("", "", "Typed", "", "0", "0", ""),
        ("crm", "x", "Cy", "", "0", "0", ""),
        ("shop", "1", "Ada", gold.key, "3.5", "-1.5", "0.1667"),
        ("shop", "2", "Bob", "", "0", "0", ""),
    ]
    assert found[2]["customer_id"] == str(ada.pk)
    run("customers", tmp_path / "out.csv", "--as-of", "2025-01-30", "--source", "Shop")
    assert [tuple(row[name] for name in known) for row in rows(tmp_path / "out.csv")] == [
        ("shop", "1", "Ada", silver.key, "25.5", "12", "0"),
        ("shop", "2", "Bob", "", "0", "0", ""),
    ]


def test_the_header_is_source_then_the_import_then_what_the_product_knows(tmp_path: Path) -> None:
    for kind in set(KINDS) - {"calls"}:
        assert run(kind, tmp_path / "x.csv") == (0, {"rows": 0})
        header = (tmp_path / "x.csv").read_text().strip().split(",")
        names = registry.get_spec(kind).names
        assert (header[0], header[1 : 1 + len(names)]) == ("source", names)
        assert run(kind, tmp_path / "x.xlsx") == (0, {"rows": 0})
        with open_table(tmp_path / "x.xlsx") as table:
            assert table.headers == header
    assert run("calls", tmp_path / "log") == (0, {"rows": 0})
    assert (tmp_path / "log").read_text() == ""
    assert not list(tmp_path.glob("*.part"))


def test_interactions_are_the_whole_log(tmp_path: Path) -> None:
    deliver(tmp_path)
    run("interactions", tmp_path / "x.csv")
    found = {row["external_id"]: row for row in rows(tmp_path / "x.csv")}
    assert found["i1"]["state"] == "matched"
    assert found["i1"]["customer_external_id"] == ""  # it followed from the contact value, and will again
    assert (found["i2"]["state"], found["i2"]["customer_id"]) == ("unmatched", "")
    assert found["i4"]["customer_external_id"] == "crm/3"
    assert (found[""]["source"], found[""]["channel"]) == ("pbx", "phone")
    assert {row["reply_class"] + row["thread_id"] + row["reason"] for row in found.values()} == {""}


@pytest.mark.parametrize(
    ("kind", "path", "source", "words"),
    [
        ("pets", "x.csv", "", "“pets” is no kind of file; there are: calls, contacts, costs, customers"),
        ("customers", "x.txt", "", "must end in .csv or .xlsx"),
        ("customers", "none/x.csv", "", "cannot be written: No such file or directory"),
        ("customers", "x.csv", "shopp", "“shopp” is no source; there are: shop"),
    ],
)
def test_what_cannot_run_exits_with_2_and_says_why(
    tmp_path: Path, kind: str, path: str, source: str, words: str
) -> None:
    SourceSystemFactory.create(key="shop")
    code, result = run(kind, tmp_path / path, *(["--source", source] if source else []))
    assert code == 2
    assert words in str(result["error"])
    assert list(tmp_path.iterdir()) == []


def test_a_text_no_cell_can_hold_asks_for_csv_and_leaves_nothing(tmp_path: Path) -> None:
    headers = "external_id,channel,occurred_at,body"
    file = write_csv(tmp_path / "i.csv", headers, [["1", "email", "2024-01-01", "x" * 32_768]])
    load("interactions", file)
    code, result = run("interactions", tmp_path / "x.xlsx")
    assert (code, result["error"]) == (2, "A text is too long for a cell of a sheet; write a CSV file.")
    assert [path.name for path in tmp_path.iterdir()] == ["i.csv"]
    assert run("interactions", tmp_path / "x.csv") == (0, {"rows": 1})


def test_digits_are_numbers_in_a_sheet_only_where_none_is_lost(tmp_path: Path) -> None:
    headers = "external_id,placed_at,quantity,unit_price"
    lines = [["1", "2024-01-01", "1", "0.1"], ["2", "2024-01-01", "1", "12345678901.2345"]]
    load("orders", write_csv(tmp_path / "o.csv", headers, lines))
    run("orders", tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    column = [cell.value for cell in sheet[1]].index("unit_price")
    assert [row[column] for row in sheet.iter_rows(min_row=2, values_only=True)] == [0.1, 12345678901.2345]
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["1", "2"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_is_exported_goes_into_the_same_database_and_changes_nothing(tmp_path: Path, suffix: str) -> None:
    deliver(tmp_path)
    before = list(SourceRecord.objects.order_by("pk").values())
    for (kind, source), path in export_all(tmp_path / "out", suffix).items():
        if said(path, kind) and (kind, source) != ("interactions", "pbx"):
            batch = load(kind, path, source=source)
            assert counts(batch) == {"rows": batch.rows, "unchanged": batch.rows}, (kind, source)
    assert list(SourceRecord.objects.order_by("pk").values()) == before


def test_a_row_changed_in_an_exported_file_is_taken_and_keeps_its_unknown_columns(tmp_path: Path) -> None:
    for kind, headers, lines in (
        ("customers", "external_id,name,segment", [["1", "Ada", "A"], ["2", "Bob", "B"]]),
        ("invoices", "external_id,customer_external_id,issued_on,due_on,amount,clerk", [
            ["i1", "1", "2024-01-01", "2024-02-01", "5.50", "X"], ["i2", "2", "2024-01-01", "2024-02-01", "6", ""],
        ]),
    ):  # fmt: skip
        load(kind, write_csv(tmp_path / "in.csv", headers, lines))
    for kind, old, new in (("customers", "Ada", "Ada L"), ("invoices", ",5.5,", ",5.6,")):
        run(kind, tmp_path / "out.csv", "--source", "shop")
        text = (tmp_path / "out.csv").read_text()
        (tmp_path / "out.csv").write_text(text.replace(old, new))
        assert counts(load(kind, tmp_path / "out.csv")) == {"rows": 2, "updated": 1, "unchanged": 1}
    said_of = SourceRecord.objects.filter(kind="customers").order_by("external_id").values_list("payload", flat=True)
    assert list(said_of) == [
        {"name": "Ada L", "extra": {"segment": "A"}}, {"name": "Bob", "extra": {"segment": "B"}},
    ]  # fmt: skip
    first, second = SourceRecord.objects.filter(kind="invoices").order_by("external_id")
    assert (first.payload, second.payload) == ({"clerk": "X"}, None)
