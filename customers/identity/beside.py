"""What stands beside a customer's name: owner and team, tags, the first few people, and whether one follows them."""

from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import JSONObject, Lower

from accounts.models import User
from customers.models import Contact, Customer, CustomerTag, Follow
from customers.querysets.customers import CustomerQuerySet

PEOPLE_BESIDE: Final = 4


def with_beside(customers: CustomerQuerySet[Customer], reader: User | AnonymousUser) -> CustomerQuerySet[Any]:
    """Annotate `tag_list` ({id, name, colour}), `people_list` (one more than shown) and `is_followed`; no more queries.

    Four index probes a customer: of their page, not of lists.
    """
    tags = CustomerTag.objects.filter(customer=OuterRef("pk")).order_by(Lower("tag__name"), "tag")
    first = Contact.objects.filter(customer=OuterRef("pk")).order_by("-is_primary", "search", "pk")
    mine = Follow.objects.filter(customer=OuterRef("pk"), user=reader.pk) if reader.pk else Follow.objects.none()
    people = JSONObject(
        id="id", name="name", job_title="job_title", phone="phone", email="email", is_primary="is_primary"
    )
    return customers.select_related("owner", "team").annotate(
        tag_list=ArraySubquery(tags.values(one=JSONObject(id="tag_id", name="tag__name", colour="tag__colour"))),
        people_list=ArraySubquery(first.values(one=people)[: PEOPLE_BESIDE + 1]),
        is_followed=Exists(mine) if reader.pk else Value(value=False),
    )
