"""The tags there are, as pages show them."""

from typing import Final

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

from customers.models import CustomerTag, Tag

SUGGESTED: Final = 20


def suggestions(text: str) -> list[Tag]:
    """At most twenty tags that hold the text, those that begin with it first; one pass over a few thousand names."""
    text = " ".join(text.replace("\0", " ").split())[:60]
    begins = Case(When(name__istartswith=text, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = Tag.objects.filter(name__icontains=text) if text else Tag.objects.all()
    return list(found.order_by(begins, "name", "pk")[:SUGGESTED])


def find_by_id(pk: int) -> Tag | None:
    return Tag.objects.filter(pk=pk).first()


def tags_named(text: str) -> QuerySet[Tag]:
    text = text.replace("\0", " ").strip()
    return Tag.objects.filter(name__icontains=text) if text else Tag.objects.all()


def counted(tags: list[Tag]) -> dict[int, int]:
    """How many customers have each; one query."""
    rows = CustomerTag.objects.filter(tag__in=tags).values("tag").annotate(n=Count("pk")).values_list("tag", "n")
    return dict(rows)
