from decimal import Decimal
from pathlib import Path

import pytest

from customers.models import OrderLine, Product, ProductGroup
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.importing import SourceSystemFactory
from tests.factories.trade import OrderLineFactory, ProductFactory

pytestmark = pytest.mark.django_db
HEADERS = "external_id,name,group,unit_cost"
Row = tuple[str, str, str | None, Decimal | None]


def deliver(folder: Path, *rows: list[str], source: str = "shop") -> dict[str, int]:
    return counts(load("products", write_csv(folder / "p.csv", HEADERS, rows), source=source))


def products() -> list[Row]:
    return list(Product.objects.order_by("pk").values_list("code", "name", "group__name", "unit_cost"))


def test_what_a_file_leaves_empty_is_nothing_and_a_group_is_made_once(tmp_path: Path) -> None:
    rows = [["P1", "Cup", "Tableware", "1.25"], ["P2", "Spoon", "Tableware", ""], ["P3", "Void", "", "0"]]
    assert deliver(tmp_path, *rows) == {"rows": 3, "created": 3}
    known = [("P1", "Cup", "Tableware", Decimal("1.25")), ("P2", "Spoon", "Tableware", None),
             ("P3", "Void", None, Decimal(0))]  # fmt: skip
    assert products() == known
    assert deliver(tmp_path, *rows) == {"rows": 3, "unchanged": 3}
    assert deliver(tmp_path, ["P1", "Mug", "", ""]) == {"rows": 1, "updated": 1}
    assert products() == [("P1", "Mug", None, None), *known[1:]]
    assert list(ProductGroup.objects.values_list("name", flat=True)) == ["Tableware"]


def test_one_that_stands_there_without_a_record_is_the_one_meant(tmp_path: Path) -> None:
    """An order's line named it first, and its lines follow; another source's code is another product."""
    shop = SourceSystemFactory.create(key="shop")
    known = ProductFactory.create(system=shop, code="P1", name="as ordered")
    OrderLineFactory.create(product=known, unit_cost=None)
    elsewhere = ProductFactory.create(code="P2", name="elsewhere")
    assert deliver(tmp_path, ["P1", "Cup", "Tableware", "2"], ["P2", "Spoon", "", ""]) == {"rows": 2, "created": 2}
    known.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (Product.objects.count(), known.name, elsewhere.name) == (3, "Cup", "elsewhere")
    line = OrderLine.objects.get()
    assert (str(line.product_group), line.cost_company) == ("Tableware", Decimal(2))


def test_a_group_is_not_made_for_what_changes_nothing(tmp_path: Path) -> None:
    row = ["P1", "Cup", "Tableware", ""]
    deliver(tmp_path, row)
    Product.objects.update(group=None)
    ProductGroup.objects.all().delete()
    assert deliver(tmp_path, row) == {"rows": 1, "unchanged": 1}
    assert not ProductGroup.objects.exists()


def test_a_name_is_required_and_a_cost_is_a_number(tmp_path: Path) -> None:
    rows = [["P1", "", "", ""], ["P2", "Cup", "", "dear"], ["x" * 101, "Cup", "", ""]]
    batch = load("products", write_csv(tmp_path / "p.csv", HEADERS, rows))
    assert list(batch.rejects.values_list("line", "column", "reason")) == [
        (2, "name", "is required"),
        (3, "unit_cost", "“dear” is not a number"),
        (4, "external_id", "longer than 100 characters"),
    ]
    assert not Product.objects.exists()
