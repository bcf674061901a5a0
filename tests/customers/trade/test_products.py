import pytest
from django.db import IntegrityError, transaction

from crm.common.versions import ChangedMeanwhile, version
from customers.models import OrderLine, Product, ProductGroup
from customers.trade.products import assign_group, save_group
from tests.factories.trade import OrderLineFactory, ProductFactory, ProductGroupFactory

pytestmark = pytest.mark.django_db


def groups_of_lines() -> list[str | None]:
    return list(OrderLine.objects.order_by("pk").values_list("product_group__name", flat=True))


def test_lines_bought_before_follow_into_the_group_and_out_of_it() -> None:
    cup = OrderLineFactory.create().product
    OrderLineFactory.create(product=cup)
    OrderLineFactory.create()
    tableware = ProductGroupFactory.create(name="Tableware")
    assign_group(product=cup, group=tableware)
    assert groups_of_lines() == ["Tableware", "Tableware", None]
    assign_group(product=cup, group=None)
    assert groups_of_lines() == [None, None, None]


def test_putting_it_into_a_group_leaves_what_else_has_changed_meanwhile() -> None:
    product = ProductFactory.create(name="Cup")
    Product.objects.update(name="Mug")
    group = ProductGroupFactory.create()
    assign_group(product=product, group=group)
    assert list(Product.objects.values_list("name", "group")) == [("Mug", group.pk)]


def test_a_group_is_added_and_renamed() -> None:
    added = save_group(group=ProductGroup(name="Cups"), seen="")
    added.name = "Mugs"
    assert save_group(group=added, seen=version(ProductGroup.objects.get())) == added
    assert list(ProductGroup.objects.values_list("pk", "name")) == [(added.pk, "Mugs")]


def test_two_groups_of_one_name_there_are_not() -> None:
    save_group(group=ProductGroup(name="Cups"))
    with pytest.raises(IntegrityError), transaction.atomic():
        save_group(group=ProductGroup(name="Cups"))
    assert ProductGroup.objects.count() == 1


def test_one_that_is_gone_is_not_put_back_by_who_had_looked() -> None:
    group = ProductGroupFactory.create()
    seen = version(group)
    ProductGroup.objects.all().delete()
    with pytest.raises(ChangedMeanwhile):
        save_group(group=group, seen=seen)
    assert not ProductGroup.objects.exists()
