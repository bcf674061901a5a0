"""Products as administrators sort them into groups."""

from django.db import transaction

from crm.common.versions import lock_as_seen
from customers.models import Product, ProductGroup


def assign_group(*, product: Product, group: ProductGroup | None, seen: str | None = None) -> None:
    """Put the product into a group, or into none; its order lines, whenever they were bought, follow by trigger.

    Raises ChangedMeanwhile unless it is as `seen`.
    """
    with transaction.atomic():
        lock_as_seen(product, seen)
        Product.objects.filter(pk=product.pk).update(group=group)


def save_group(*, group: ProductGroup, seen: str | None = None) -> ProductGroup:
    """Add or rename a group. Raises ChangedMeanwhile unless it is as `seen`."""
    with transaction.atomic():
        lock_as_seen(group, seen)
        group.save()
    return group
