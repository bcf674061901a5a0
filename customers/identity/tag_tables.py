"""The tags as a list."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from crm.common.cells import link, url_of
from crm.common.tables import Column, Empty, Table
from crm.common.templatetags.figures import number
from crm.common.templatetags.look import status_badge
from customers.models import Tag

Counts = Mapping[int, int]


def _columns(counts: Counts) -> tuple[Column[Tag], ...]:
    return (
        Column(
            key="name", title=_("Name"),
            cell=lambda tag: link(url_of("customers:tag", tag.pk), status_badge(tag.name, tag.colour, "tag")),
        ),
        Column(key="customers", title=_("Customers"), cell=lambda tag: number(counts.get(tag.pk, 0)), align="end"),
    )  # fmt: skip


TAGS = Table[Tag, Counts](
    key="identity.tags",
    caption=_("Tags"),
    columns=_columns,
    empty=Empty(title=_("No tags"), text=_("Tags are made on the page of a customer."), icon="tags"),
)
