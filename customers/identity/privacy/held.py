"""What the rooms of identity, importing and the page hold on a person."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.models import Notice
from customers.models import (
    BulkChange,
    Contact,
    ContactPoint,
    Customer,
    CustomerHygiene,
    CustomerTag,
    Follow,
    GroupMember,
    HygieneMark,
    Match,
    Merge,
    MergedRow,
    PointMark,
    Relation,
    RetierMark,
    SourceRecord,
    TierAssignment,
    TierMark,
    Visit,
)
from customers.registry.personal import Holding

NOBODY: Final = "'Erased person ' || f.id"  # as `customers.models.customers.erased_name`
NUMBERS: Final = "numbers alone, until the figures have followed"
_MERGES: Final = """
(f.undone_at IS NULL AND (f.root_id = ANY(%(customers)s) OR f.survivor_id = ANY(%(customers)s))
 OR f.undone_at IS NOT NULL AND (f.survivor_id = ANY(%(customers)s) OR f.absorbed_id = ANY(%(customers)s)))
"""
_THEIR_MERGES: Final = """
f.merge_id IN (SELECT m.id FROM customers_merge m WHERE m.undone_at IS NULL AND m.root_id = ANY(%(customers)s))
"""
_MERGED_NAME: Final = (
    "CASE WHEN f.absorbed_id = ANY(%(customers)s) THEN 'Erased person ' || f.absorbed_id ELSE f.name END"
)
_MARKS: Final = """
f.customer_id = ANY(%(customers)s) AND f.normalised = ANY(ARRAY(
  SELECT p.normalised FROM customers_contactpoint p WHERE p.contact_id = ANY(%(contacts)s)))
"""
_TEXTS: Final = (
    "tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "industry", "language",
)  # fmt: skip

HOLDINGS: Final = (
    Holding(
        model=MergedRow, customer=_THEIR_MERGES, goes=True, exported=False, because="who was once whose is forgotten"
    ),
    Holding(
        model=Merge,
        customer=_MERGES,
        blanks={
            "name": _MERGED_NAME,
            "link_key": "NULL",
            "snapshot": "'{}'",
            "gave": "'{}'",
            "chosen": "'{}'",
            "key": "CASE WHEN f.key IS NOT NULL THEN 'erased:' || f.id END",
        },
        hides=("name", "link_key", "key", "snapshot", "gave", "chosen"),  # of an undone one: somebody else's
        because="that two numbers are one stays, so that old addresses lead on",
    ),
    Holding(
        model=Match,
        customer="(f.left_id = ANY(%(customers)s) OR f.right_id = ANY(%(customers)s))",
        blanks={"evidence": "'[]'", "state": "CASE WHEN f.state = 'merged' THEN f.state ELSE 'different' END"},
        hides=("evidence",),  # it says what the other is called
        because="what was decided stays, not what it was decided by",
    ),
    Holding(model=BulkChange, goes=True, exported=False, because="what a list's action changed, to be taken back"),
    Holding(model=Notice, goes=True, exported=False, because="what members of staff were told"),
    Holding(
        model=PointMark, contact=_MARKS, goes=True, exported=False, because="a number on its way to being looked at"
    ),
    Holding(model=ContactPoint, contact="f.contact_id = ANY(%(contacts)s)", goes=True, heading=_("ways to reach them")),
    Holding(
        model=SourceRecord,
        contact="f.kind = 'contacts' AND f.customer_id = ANY(%(customers)s) AND f.object_id = ANY(%(contacts)s)",
        goes=True,
        hides=("digest", "object_id", "typed_by", "released"),
        heading=_("what each source says"),
    ),
    Holding(
        model=Contact,
        contact="f.id = ANY(%(contacts)s)",
        blanks={
            "name": NOBODY,
            "job_title": "''",
            "email": "''",
            "phone": "''",
            "typed": "ARRAY['erased']::varchar[]",
            "is_primary": "false",
            "removed_at": "coalesce(f.removed_at, now())",
        },
        hides=("typed", "search"),
        because="a number, so that what was logged with them stays of one person",
    ),
    Holding(model=CustomerTag, goes=True),
    Holding(model=Follow, goes=True, exported=False, because="which member of staff wants news"),
    Holding(model=Visit, goes=True, exported=False, because="when a member of staff opened the page"),
    Holding(model=TierAssignment, because="the class of a number on each day, which figures go by"),
    Holding(model=Relation, goes=True, customer="(f.customer_id = ANY(%(customers)s) OR f.to_id = ANY(%(customers)s))"),
    Holding(model=GroupMember, exported=False, because="worked out of the relations, which go"),
    Holding(model=CustomerHygiene, exported=False, because=NUMBERS),
    Holding(model=HygieneMark, exported=False, because=NUMBERS),
    Holding(model=TierMark, exported=False, because=NUMBERS),
    Holding(model=RetierMark, exported=False, because=NUMBERS),
    Holding(
        model=Customer,
        customer="f.id = ANY(%(customers)s)",
        blanks={
            "name": NOBODY,
            **dict.fromkeys(_TEXTS, "''"),
            "birth_date": "NULL",
            "provenance": "'{}'",
            "link_key": "'erased:' || f.id",
        },
        hides=("search", "link_key", "provenance"),
        heading=_("name, addresses and other fields"),
        because="a number, which business records need",
    ),
)
