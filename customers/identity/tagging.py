"""Words that customers are marked with: put on, taken off, renamed, made one, deleted (and back: `tag_restoring`)."""

import unicodedata
from typing import Final

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from crm.common.audit.acting import acting
from crm.common.errors import DomainError
from crm.common.retrying import may_pass, retried
from crm.common.versions import ChangedMeanwhile, lock_as_seen
from customers.identity.holding import hold
from customers.models import Customer, CustomerTag, Tag

LONGEST: Final = 60
MOST_OF_ONE: Final = 50
BECAME: Final = "became"
"""Said in the audit of a tag that goes: the tag it becomes."""

# One pass over the customers of the tag that goes; those who have both keep one.
_GIVE: Final = """
INSERT INTO customers_customertag (customer_id, tag_id)
SELECT customer_id, %(into)s FROM customers_customertag WHERE tag_id = %(tag)s ON CONFLICT DO NOTHING
"""


class NoSuchTag(DomainError):
    """There is no such tag, and who asks may make none."""


class BadTag(DomainError):
    """Empty, too long, or another tag's name."""


class TooManyTags(DomainError):
    """A customer has as many as help anybody."""


def spelt(name: str) -> str:
    """As it is kept: single spaces, composed characters. Raises BadTag."""
    plain = unicodedata.normalize("NFC", " ".join(name.replace("\0", " ").split()))
    if not plain:
        raise BadTag(_("A tag needs a name."))
    if len(plain) > LONGEST:
        raise BadTag(_("A tag has at most %(most)d characters.") % {"most": LONGEST})
    return plain


def find_tag(name: str) -> Tag | None:
    """By its name, in whatever case; one index probe."""
    return _named(name).first()


def _named(name: str) -> QuerySet[Tag]:
    """As the index of names tells them apart: one letter may have a small form and no large one."""
    return Tag.objects.alias(low=Lower("name")).filter(low=Lower(Value(name)))


def may_pass_with_others(error: DatabaseError) -> bool:
    """Another may have made the tag, or put it on, between our look and our writing."""
    return isinstance(error, IntegrityError) or may_pass(error)


def add_tag(*, customer: Customer, name: str, may_make: bool) -> Tag:
    """Mark the customer; a tag that is not there yet is made where `may_make`. Twice is once.

    Raises BadTag, NoSuchTag, TooManyTags, CustomerGone.
    """
    return retried(_add, passing=may_pass_with_others)(customer, spelt(name), may_make)


def _add(customer: Customer, name: str, may_make: bool) -> Tag:
    with transaction.atomic():
        theirs = hold(customer)
        tag = find_tag(name)
        if tag is None:
            if not may_make:
                raise NoSuchTag(_("There is no tag “%(name)s”, and you may not make one.") % {"name": name})
            tag = Tag.objects.create(name=name)
        has = CustomerTag.objects.filter(customer=theirs)
        if not has.filter(tag=tag).exists():
            if has.count() >= MOST_OF_ONE:
                raise TooManyTags(_("This customer has %(most)d tags already.") % {"most": MOST_OF_ONE})
            CustomerTag.objects.create(customer=theirs, tag=tag)
    return tag


def get_or_make_tag(name: str) -> Tag:
    """By its name, in whatever case; made where there is none. Raises BadTag."""
    return retried(_get_or_make, passing=may_pass_with_others)(spelt(name))


def _get_or_make(name: str) -> Tag:
    with transaction.atomic():
        return find_tag(name) or Tag.objects.create(name=name)


@retried
def remove_tag(*, customer: Customer, tag: Tag) -> None:
    CustomerTag.objects.filter(customer=customer, tag=tag).delete()


def change_tag(*, tag: Tag, name: str, colour: str, seen: str | None = None) -> Tag:
    """Raises BadTag where another has the name, ChangedMeanwhile unless the tag is as `seen`."""
    return retried(_change, passing=may_pass_with_others)(tag, spelt(name), colour, seen)


def _change(tag: Tag, plain: str, colour: str, seen: str | None) -> Tag:
    with transaction.atomic():
        lock_as_seen(tag, seen)
        if _named(plain).exclude(pk=tag.pk).exists():
            raise BadTag(_("There is a tag “%(name)s” already. Merge the two instead.") % {"name": plain})
        tag.name, tag.colour = plain, colour
        tag.save()
    return tag


@retried
def merge_tags(*, tag: Tag, into: Tag) -> int:
    """Whoever has `tag` has `into` instead, and `tag` is no more; returns how many had it.

    Raises ChangedMeanwhile where one of the two is gone.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        both = list(Tag.objects.select_for_update().filter(pk__in={tag.pk, into.pk}).order_by("pk"))
        if len(both) < 2:
            raise ChangedMeanwhile
        with acting(**{BECAME: into.pk}):
            cursor.execute(_GIVE, {"tag": tag.pk, "into": into.pk})
            return _delete(tag)


@retried
def delete_tag(*, tag: Tag) -> int:
    """Take it off whoever has it; returns how many had it."""
    with transaction.atomic():
        return _delete(tag)


def _delete(tag: Tag) -> int:
    had = CustomerTag.objects.filter(tag=tag).delete()[0]
    Tag.objects.filter(pk=tag.pk).delete()
    return had
