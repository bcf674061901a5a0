"""In which order the records of a customer speak: what people typed, then by the rule of each field.

`place` is the order where no rule says another, and decides ties: system rank, system key, external id. So the state
does not depend on which record came first. What people typed of somebody who became one with the customer comes after
what they typed of the customer.

A value's time is when it last changed in its record: `value_times`, else when the record was first seen; of a bare
record, when what named it happened. What a source changed before we saw it is not known, so that alone of all rules
`newest` goes by the order in which a customer's records came.
"""

from typing import Final, NamedTuple

from django.db.backends.utils import CursorWrapper

from customers.importing.sql import NIL
from customers.models import SurvivorshipRule

FIELDS: Final = (
    "kind", "name", "tax_id", "email", "phone", "address", "city", "region", "country", "postcode", "industry",
    "language", "birth_date",
)  # fmt: skip
TYPED: Final = "crm:typed"
"""The key of the system that holds what people type."""
NEWEST, LONGEST, MOST_FREQUENT, RANKED = (
    str(one) for one in (
        SurvivorshipRule.Rule.NEWEST, SurvivorshipRule.Rule.LONGEST, SurvivorshipRule.Rule.MOST_FREQUENT,
        SurvivorshipRule.Rule.RANKED,
    )
)  # fmt: skip


class Rule(NamedTuple):
    """`systems`: ids of those that come first, of `RANKED`."""

    rule: str = RANKED
    systems: tuple[int, ...] = ()


Rules = tuple[tuple[str, Rule], ...]
"""Of the fields that do not go by the systems' ranks, in their order."""

PLAIN: Final[Rules] = ()
_READ: Final = """
SELECT field, rule, systems FROM customers_survivorshiprule WHERE rule <> 'ranked' OR systems <> '{}' ORDER BY field
"""
_IS_ANOTHERS: Final = f"""CASE WHEN s.key = '{TYPED}' THEN EXISTS (
           SELECT FROM customers_mergedrow e WHERE e.relation = 'customers_sourcerecord' AND e.row_id = sr.id) END"""
# Of a bare record the payload says when the newest row that names it happened.
_SINCE: Final = f"""
  CASE WHEN sr.digest = '{NIL}' AND sr.payload ->> 'seen_at' <> ''
    THEN (sr.payload ->> 'seen_at')::timestamp AT TIME ZONE 'UTC' ELSE sr.first_seen_at END"""
_MORE: Final = f"""
  s.key <> '{TYPED}' AS is_sources, sr.system_id, sr.value_times, {_SINCE} AS since,"""


def read_rules(cursor: CursorWrapper) -> Rules:
    cursor.execute(_READ)
    return tuple((field, Rule(rule, tuple(systems))) for field, rule, systems in cursor.fetchall() if field in FIELDS)


def given(customers: str, rules: Rules) -> str:
    """SQL for WITH: what the records of the customers of `customers` (customer_id, link_key) say in `given`; `several`
    are those of customers who have more than one.
    """
    frequent = [field for field, rule in rules if rule.rule == MOST_FREQUENT]
    more = _MORE if rules else ""
    return f"""given AS MATERIALIZED (
  SELECT t.customer_id, t.link_key, sr.id AS record_id, sr.payload, sr.digest = '{NIL}' AS is_bare,{more}
         row_number() OVER (PARTITION BY t.customer_id
           ORDER BY s.key <> '{TYPED}', s.rank, s.key, {_IS_ANOTHERS}, sr.external_id) AS place,
         count(*) OVER (PARTITION BY t.customer_id) AS records
  FROM ({customers}) t
  JOIN customers_sourcerecord sr ON sr.customer_id = t.customer_id AND sr.kind = 'customers'
  JOIN customers_sourcesystem s ON s.id = sr.system_id
), several AS (SELECT g.*{"".join(map(_said, frequent))} FROM given g WHERE records > 1)"""  # noqa: S608 - constants


def _said(field: str) -> str:
    """How many records say the same, but for case, accents and signs."""
    return f"""
  , count(*) FILTER (WHERE payload ->> '{field}' <> '')
      OVER (PARTITION BY customer_id, crm_norm(payload ->> '{field}')) AS said_{field}"""


def order(field: str, rules: Rules) -> str:
    """SQL over `several`: the first of those that say the field wins it."""
    rule = dict(rules).get(field)
    if rule is None:
        return "place"
    return f"is_sources, CASE WHEN is_sources THEN {_by(field, rule)}, place"


def _by(field: str, rule: Rule) -> str:
    if rule.rule == NEWEST:
        return f"coalesce((value_times ->> '{field}')::timestamptz, since) END DESC"
    if rule.rule == LONGEST:
        return f"char_length(payload ->> '{field}') END DESC"
    if rule.rule == MOST_FREQUENT:
        return f"said_{field} END DESC"
    return f"array_position('{{{','.join(map(str, rule.systems))}}}'::bigint[], system_id) END"
