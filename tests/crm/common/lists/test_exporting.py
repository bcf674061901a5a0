import pytest

from crm.common.lists.exporting import Export, ExportColumn, in_order, rows
from customers.models import Customer
from tests.conftest import NOON
from tests.factories.accounts import UserFactory
from tests.factories.customers import CustomerFactory

EXPORT = Export(
    name="x", title="X", first="id", columns=[ExportColumn(name, name) for name in ("id", "name", "city", "country")],
    shown_as={"place": ("city", "country")},
)  # fmt: skip


def headers(*keys: str) -> list[str]:
    return [column.header for column in EXPORT.chosen(keys)]


def test_columns_are_those_of_the_list_in_its_order_each_once() -> None:
    assert headers("place", "unknown", "city", "name") == ["id", "city", "country", "name"]
    assert headers() == headers("") == headers("unknown") == ["id", "name", "city", "country"]


@pytest.mark.django_db
def test_rows_come_in_the_lists_order_and_what_is_empty_last() -> None:
    moments = (NOON, None, NOON.replace(year=2025))
    late, never, early = (CustomerFactory.create(last_contact_at=at) for at in moments)
    twin = CustomerFactory.create(last_contact_at=NOON, owner=UserFactory.create(name="Zoe"))
    columns = EXPORT.columns[:1]
    assert [*rows(Customer.objects.order_by("name"), columns, order="last_contact_at")] == [
        ("id",), (early.pk,), (late.pk,), (twin.pk,), (never.pk,),
    ]  # fmt: skip
    assert [*rows(Customer.objects.all(), columns, order="-last_contact_at")][1:] == [
        (twin.pk,), (late.pk,), (early.pk,), (never.pk,),
    ]  # fmt: skip
    assert in_order(Customer.objects.all(), "-owner__name").first() == twin
