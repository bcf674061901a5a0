import pytest

from crm.common.versions import ChangedMeanwhile, version
from crm.embedded import processes
from customers.identity import tagging
from customers.identity.holding import CustomerGone
from customers.identity.tagging import (
    BadTag,
    NoSuchTag,
    TooManyTags,
    add_tag,
    change_tag,
    delete_tag,
    merge_tags,
    remove_tag,
)
from customers.models import Customer, CustomerTag, Tag
from tests import threads
from tests.beside import SOMEBODY_WAITS
from tests.database import another_connection
from tests.factories.customers import CustomerFactory
from tests.factories.notes import CustomerTagFactory, TagFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory.create()


def names(customer: Customer) -> list[str]:
    return sorted(CustomerTag.objects.filter(customer=customer).values_list("tag__name", flat=True))


def test_a_tag_is_made_on_the_spot_and_once_in_whatever_case(customer: Customer) -> None:
    for name in (" key  account ", "Key Account", "KEY ACCOUNT"):
        add_tag(customer=customer, name=name, may_make=True)
    assert (names(customer), Tag.objects.get().name) == (["key account"], "key account")
    other = CustomerFactory.create()
    add_tag(customer=other, name="Key Account", may_make=False)
    assert names(other) == ["key account"]
    add_tag(customer=customer, name="重点客户", may_make=True)
    add_tag(customer=customer, name="Cafe\u0301", may_make=True)
    add_tag(customer=customer, name="CAFÉ", may_make=False)
    assert names(customer) == ["Café", "key account", "重点客户"]


def test_names_are_told_apart_as_the_index_does(customer: Customer) -> None:
    """A capital that has a small letter, which itself has no capital."""
    tag = TagFactory.create(name="Straße")
    assert add_tag(customer=customer, name="STRAẞE", may_make=True) == tag
    with pytest.raises(BadTag, match="already"):
        change_tag(tag=TagFactory.create(name="Weg"), name="STRAẞE", colour="blue")


def test_who_may_make_none_is_told(customer: Customer) -> None:
    with pytest.raises(NoSuchTag, match="There is no tag “VIP”, and you may not make one"):
        add_tag(customer=customer, name="VIP", may_make=False)
    assert not Tag.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 61])
def test_what_is_no_name(customer: Customer, name: str) -> None:
    with pytest.raises(BadTag):
        add_tag(customer=customer, name=name, may_make=True)
    assert not Tag.objects.exists()


def test_more_than_help_anybody(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagging, "MOST_OF_ONE", 2)
    for name in ("a", "b", "a"):
        add_tag(customer=customer, name=name, may_make=True)
    with pytest.raises(TooManyTags, match="has 2 tags already"):
        add_tag(customer=customer, name="c", may_make=True)
    assert (names(customer), Tag.objects.count()) == (["a", "b"], 2)


def test_taken_off_twice_is_taken_off_once(customer: Customer) -> None:
    tag = add_tag(customer=customer, name="a", may_make=True)
    kept = CustomerTagFactory.create(tag=tag)
    for _time in range(2):
        remove_tag(customer=customer, tag=tag)
    assert list(CustomerTag.objects.all()) == [kept]


def test_of_a_customer_who_is_no_more(customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).delete()
    with pytest.raises(CustomerGone):
        add_tag(customer=customer, name="a", may_make=True)
    assert not Tag.objects.exists()


def test_renamed_and_no_second_one_of_the_name() -> None:
    tag, other = TagFactory.create(name="vip"), TagFactory.create(name="Key")
    seen = version(tag)
    assert change_tag(tag=tag, name=" VIP ", colour="red", seen=seen).name == "VIP"
    with pytest.raises(ChangedMeanwhile):
        change_tag(tag=tag, name="Vip", colour="red", seen=seen)
    with pytest.raises(BadTag, match="There is a tag “key” already"):
        change_tag(tag=tag, name="key", colour="red")
    assert list(Tag.objects.order_by("pk").values_list("name", "colour")) == [("VIP", "red"), (other.name, "secondary")]


def test_two_become_one_and_nobody_has_it_twice() -> None:
    tag, into = TagFactory.create_batch(2)
    both, one = CustomerFactory.create_batch(2)
    for customer, has in ((both, tag), (both, into), (one, tag)):
        CustomerTagFactory.create(customer=customer, tag=has)
    assert merge_tags(tag=tag, into=into) == 2
    assert set(CustomerTag.objects.values_list("customer", "tag")) == {(both.pk, into.pk), (one.pk, into.pk)}
    assert list(Tag.objects.all()) == [into]
    with pytest.raises(ChangedMeanwhile):
        merge_tags(tag=tag, into=into)
    with pytest.raises(ChangedMeanwhile):
        merge_tags(tag=into, into=into)


def test_deleted_it_is_off_everybody() -> None:
    tag, other = TagFactory.create_batch(2)
    CustomerTagFactory.create_batch(2, tag=tag)
    CustomerTagFactory.create(tag=other)
    assert delete_tag(tag=tag) == 2
    assert delete_tag(tag=tag) == 0
    assert CustomerTag.objects.get().tag == Tag.objects.get() == other


@pytest.mark.django_db(transaction=True)
def test_made_by_two_at_once_it_is_one() -> None:
    customer = CustomerFactory.create()
    with another_connection() as other, another_connection() as watching:
        watching.autocommit = True
        other.execute("INSERT INTO customers_tag (name, colour) VALUES ('VIP', 'red')")
        thread = threads.begin(lambda: add_tag(customer=customer, name="vip", may_make=True))
        assert processes.wait_until(lambda: watching.execute(SOMEBODY_WAITS).fetchone() == (True,), seconds=30)
        other.commit()
    threads.end(thread)
    assert names(customer) == ["VIP"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_give_one_name_the_second_is_told() -> None:
    tag, told = TagFactory.create(), list[Exception]()

    def rename() -> None:
        try:
            change_tag(tag=tag, name="VIP", colour="blue")
        except BadTag as error:
            told.append(error)

    with another_connection() as other, another_connection() as watching:
        watching.autocommit = True
        other.execute("INSERT INTO customers_tag (name, colour) VALUES ('vip', 'red')")
        thread = threads.begin(rename)
        assert processes.wait_until(lambda: watching.execute(SOMEBODY_WAITS).fetchone() == (True,), seconds=30)
        other.commit()
    threads.end(thread)
    assert "already" in str(told[0])
