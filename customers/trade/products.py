"""Products as administrators sort them into groups."""

from django.db import transaction

from customers.models import OrderLine, Product, ProductGroup


def assign_group(*, product: Product, group: ProductGroup | None) -> None:
    """Put the product into a group, or into none; its order lines, whenever they were bought, follow."""
    with transaction.atomic():
        Product.objects.filter(pk=product.pk).update(group=group)
        lines = OrderLine.objects.filter(product=product)
        others = lines.exclude(product_group=group) if group else lines
        others.update(product_group=group)


def save_group(*, group: ProductGroup) -> ProductGroup:
    group.save()
    return group
