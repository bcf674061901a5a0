"""An erased person does not come back by a file, and nobody else is refused."""

from pathlib import Path
from typing import Any

import pytest

from crm.common.versions import version
from customers.checks import erased_people_are_known
from customers.identity.contacts import add_contact, change_contact
from customers.identity.editing import change_customer, create_customer
from customers.identity.privacy import asking, hashing
from customers.identity.privacy.suppressing import ErasedOnRequest
from customers.identity.survivorship import FIELDS
from customers.models import Customer, ImportReject, Interaction, Order, PrivacyRequest, SourceRecord, SuppressedKey
from tests.conftest import NOON, UserFor
from tests.customers.identity.privacy.world import HEADERS, ROW, erased, found_in_database, zebulon
from tests.customers.importing.files import counts, load, write_csv
from tests.factories.customers import ContactFactory, CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_november")]
PERSON = "external_id,kind,name,email,phone,birth_date"
ZEB, MAIL, PHONE, BORN = "Zebulon Quixworth 祖布伦", "zeb.quix@planted.example", "+49 171 8765432", "1961-07-23"


@pytest.fixture
def gone(tmp_path: Path, user_for: UserFor) -> Customer:
    customer = zebulon(tmp_path)
    erased(customer, user_for("administrator"))
    return customer


def bring(
    folder: Path, headers: str, *rows: list[Any], kind: str = "customers", source: str = "shop"
) -> dict[str, int]:
    return counts(load(kind, write_csv(folder / "again.csv", headers, rows), source=source))


def test_the_same_file_is_refused_and_its_rows_are_not_kept(tmp_path: Path, gone: Customer) -> None:
    before = Customer.objects.count()
    assert bring(tmp_path, HEADERS, ROW) == {"rows": 1, "rejected": 1}
    assert list(ImportReject.objects.order_by("-pk").values_list("reason", "row", "column", "line")[:1]) == [
        ("erased on request", {}, "external_id", 2)
    ]
    assert Customer.objects.count() == before
    assert found_in_database() == []


@pytest.mark.parametrize(
    ("headers", "row"),
    [
        (HEADERS, [*ROW[:7], "no date", ""]),
        (HEADERS, ["n1", *ROW[1:3], "", ROW[4], "", "", "1961-99-23", ""]),
        (PERSON, ["n2", "no kind", ZEB, "", "", BORN]),
        (PERSON, ["n3", "person", ZEB, MAIL, PHONE, BORN, "a cell too many"]),
    ],
    ids=["their number", "mail", "birth date", "width"],
)
def test_a_faulty_row_of_theirs_is_not_kept_either(
    tmp_path: Path, gone: Customer, headers: str, row: list[str]
) -> None:
    other = ["n9", "no kind", "Ada", "", "", ""]
    other += [""] * (headers.count(",") + 1 - len(other))
    assert bring(tmp_path, headers, row, other) == {"rows": 2, "rejected": 2}
    first, second = ImportReject.objects.order_by("-batch_id", "line")[:2]
    assert (first.reason, first.row, first.column) == ("erased on request", {}, "external_id")
    assert second.row["name"] == "Ada" or second.row["external_id"] == "n9"
    assert found_in_database() == []


def test_a_faulty_order_that_names_them_is_not_kept(tmp_path: Path, gone: Customer) -> None:
    headers = "external_id,customer_external_id,placed_at,product_code,quantity,unit_price"
    rows = [[f"o{n}", named, "never", "P", 1, 2] for n, named in enumerate(("zq-4711-id", "shop/zq-4711-id", "c2"))]
    assert bring(tmp_path, headers, *rows, kind="orders") == {"rows": 3, "rejected": 3}
    kept = ImportReject.objects.order_by("-batch_id", "line").values_list("row__external_id", flat=True)[:3]
    assert list(kept) == [None, None, "o2"]
    assert found_in_database() == []


@pytest.mark.parametrize(
    "row",
    [
        ["n1", "person", "ZEBULON  quixworth 祖布伦", MAIL.upper(), "", ""],
        ["n2", "person", "Zébulon Quixworth 祖布伦", "", "0171/8765432", ""],
        ["n3", "", ZEB, "", "", BORN],
        ["n4", "organization", ZEB, MAIL, "", ""],
    ],
    ids=["mail", "phone", "birth date", "as an organization"],
)
def test_another_source_does_not_bring_them_back(tmp_path: Path, gone: Customer, row: list[str]) -> None:
    assert bring(tmp_path, PERSON, row, source="till") == {"rows": 1, "rejected": 1}


@pytest.mark.parametrize(
    "row",
    [
        ["n1", "person", "Ada Quixworth", "", PHONE, ""],
        ["n2", "person", "Ada Quixworth", MAIL, "", ""],
        ["n3", "person", ZEB, "", "", ""],
        ["n4", "person", ZEB, "other@x.example", "+49 30 123456", "1990-01-01"],
        ["n5", "person", "Ada Quixworth", "", "", BORN],
    ],
    ids=["a phone", "an address", "a name", "a namesake", "a birth date"],
)
def test_who_shares_one_thing_alone_is_somebody_else(tmp_path: Path, gone: Customer, row: list[str]) -> None:
    assert bring(tmp_path, PERSON, row, source="till") == {"rows": 1, "created": 1}


def test_rows_that_name_them_are_refused(tmp_path: Path, gone: Customer) -> None:
    orders, before = Order.objects.count(), Customer.objects.count()
    lines = "external_id,customer_external_id,placed_at,product_code,quantity,unit_price"
    rows = [["o1", "zq-4711-id", "2026-01-01", "P", 1, 2], ["o2", "shop/zq-4711-id", "2026-01-01", "P", 1, 2]]
    assert bring(tmp_path, lines, *rows, kind="orders") == {"rows": 2, "rejected": 2}
    assert (Order.objects.count(), Customer.objects.count()) == (orders, before)


def test_what_a_source_says_of_their_old_contacts_is_refused(tmp_path: Path, gone: Customer) -> None:
    record = SourceRecord.objects.get(kind="interactions")
    headers = "external_id,channel,occurred_at,contact_value,body"
    row = [record.external_id, "phone", "2026-01-01T10:00", "0171 8765432", "PLANTED-SECRET"]
    assert bring(tmp_path, headers, row, kind="interactions", source="desk") == {"rows": 1, "rejected": 1}
    assert set(Interaction.objects.values_list("body", flat=True)) == {""}


def test_nobody_types_them_in_again_until_they_may_come(gone: Customer, user_for: UserFor) -> None:
    fields = {"kind": "person", "name": ZEB, "email": MAIL}
    with pytest.raises(ErasedOnRequest):
        create_customer(fields=fields)
    with pytest.raises(ErasedOnRequest):
        add_contact(customer=CustomerFactory.create(), fields=fields)
    ada = CustomerFactory.create(kind="person", name=ZEB, email="")
    with pytest.raises(ErasedOnRequest):
        change_customer(customer=ada, fields={"email": MAIL}, seen=version(ada, FIELDS))
    eva = ContactFactory.create(name="Eva", email=MAIL)
    with pytest.raises(ErasedOnRequest):
        change_contact(contact=eva, fields={"name": ZEB}, is_primary=False)
    ada.refresh_from_db()
    eva.refresh_from_db()
    assert (ada.email, eva.name) == ("", "Eva")
    request = PrivacyRequest.objects.get()
    asking.let_come_again(request=request, by=user_for("administrator"), now=NOON)
    assert create_customer(fields=fields).name == ZEB
    assert not SuppressedKey.objects.exists()
    with pytest.raises(asking.NotToConfirm):
        asking.let_come_again(request=request, by=user_for("administrator"), now=NOON)


def test_a_secret_that_was_lost_is_told_of(gone: Customer, settings: Any) -> None:
    before = settings.SECRET_KEY
    try:
        assert erased_people_are_known(databases=["default"]) == []
        for now, own, found in (("another", "", ["customers.W001"]), ("another", before, [])):
            settings.SECRET_KEY, settings.CRM_SUPPRESSION_KEY = now, own
            hashing._secrets.cache_clear()
            assert [one.id for one in erased_people_are_known(databases=["default"])] == found
    finally:
        hashing._secrets.cache_clear()


def test_another_secret_does_not_bring_them_back_while_the_one_before_is_told(gone: Customer, settings: Any) -> None:
    before = settings.SECRET_KEY
    try:
        for now, fallbacks in (("another secret", [before]), (before, [])):
            settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = now, fallbacks
            hashing._secrets.cache_clear()
            with pytest.raises(ErasedOnRequest):
                create_customer(fields={"kind": "person", "name": ZEB, "email": MAIL})
    finally:
        hashing._secrets.cache_clear()
