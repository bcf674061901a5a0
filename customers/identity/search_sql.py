"""The statement of the search: arms that find customers, each bounded, the best tiers first.

An arm that those before it have made needless is never executed: its gate counts what they found. First the names of
the best tiers are read, along `customer_by_tier`: a text that many names hold is found often enough there, without
asking the index of fragments for all who have it. Beyond `CAP` an arm's choice is approximate.
"""

from collections.abc import Mapping, Sequence
from typing import Final

FIRST: Final = 2_000
"""So many names of the best tiers are compared before any index is asked,"""
NEXT: Final = 18_000
"""and so many more where the first let expect that enough is found among them."""
CAP: Final = 500
"""No index of fragments gives more rows than that, or than are wanted where those are more."""

# Planned once a session, for whatever text: to plan all arms takes as long as to run those that are wanted. Each is
# written so that one plan serves them all: beginnings as ranges, fragments by their index, gates counted.

# From the best tier down, who has none last; each tier is read along an index, and no further than is asked. As a rule
# everybody has one: then nobody is looked for who has none.
_BY_TIER = """
SELECT * FROM (
  (SELECT one.* FROM (SELECT id FROM customers_tier ORDER BY rank) tier
     CROSS JOIN LATERAL ({rows} WHERE {of_tier} ORDER BY c.tier_id, {order} LIMIT {most} + {after}) one)
  UNION ALL ({rows} WHERE c.tier_id IS NULL AND {of_none}
     AND EXISTS (SELECT FROM customers_customer WHERE tier_id IS NULL) ORDER BY {order} LIMIT {most} + {after})
) ranked LIMIT {most} OFFSET {after}"""


def _by_tier(where: str, *, most: str, order: str, after: str = "0", of_tier: str = "") -> str:
    """`of_tier`: as `where` and of that tier alone."""
    rows, of_tier = "SELECT c.id, c.search FROM customers_customer c", of_tier or f"c.tier_id = tier.id AND {where}"
    return _BY_TIER.format(rows=rows, of_tier=of_tier, of_none=where, most=most, after=after, order=order)


_BEST = _by_tier("true", most="%(first)s", order="c.id")
_NEXT_BEST = _by_tier("true", most="%(next)s", order="c.id", after="%(first)s")
_CITY = _by_tier("crm_norm(c.city) = crm_norm(%(text)s)", most="%(most)s", order="c.id")
# As rows, which the index of (tier, name) alone knows: the planner takes a beginning for rare, and would read all names
# that have it along the index of names to find the few of a tier.
_BEGINS = _by_tier(
    "c.search BETWEEN %(begins_from)s AND %(begins_to)s",
    of_tier="(c.tier_id, c.search) BETWEEN (tier.id, %(begins_from)s) AND (tier.id, %(begins_to)s)",
    most="%(most)s",
    order="c.search, c.id",
)

# Who was absorbed is found by the name they had, and leads to the survivor. By the index merge_name.
_ABSORBED = """SELECT root_id AS id, crm_fold(crm_norm(name)) AS search FROM customers_merge
  WHERE undone_at IS NULL AND key IS NULL"""

# Name of the arm → its rows, of which {gate} asks whether they are wanted. {each}: every word, wherever it stands.
NAMES: Final[Mapping[str, str]] = {
    "begins": _BEGINS,
    "best": f"SELECT id FROM ({_BEST}) b WHERE {{each}} AND {{gate}}",  # noqa: S608 - constants
    "next_best": f"""SELECT id FROM ({_NEXT_BEST}) b WHERE {{each}} AND {{gate}}
      AND (SELECT count(*) FROM best) * (%(first)s + %(next)s)::bigint >= %(most)s::bigint * %(first)s""",  # noqa: S608 - constants
    "words": "SELECT id FROM customers_customer WHERE search LIKE %(word)s AND {gate}",
    "inside": "SELECT id FROM customers_customer WHERE {each} AND {gate}",
    "people": "SELECT customer_id AS id FROM customers_contact WHERE {each} AND {gate} LIMIT %(cap)s",
    "absorbed": f"SELECT id FROM ({_ABSORBED}) b WHERE {{each}} AND {{gate}}",  # noqa: S608 - constants
    "city": f"SELECT id FROM ({_CITY}) b WHERE {{gate}}",  # noqa: S608 - constants
}
EACH: Final = "search LIKE %({word})s"
# Names in Chinese characters as they are typed in Latin letters; where the index gives all it may, the best tiers too.
_SPELT = "(SELECT spelt FROM customers_customerspelling known WHERE known.customer_id = {customer})"
_TYPED = "{known} AND spelt ~ ALL (%(spelt_each)s)"
_KNOWN = "(spelt ILIKE %(syllables_{at})s OR spelt LIKE %(initials_{at})s)"
_TYPED_NAMES: Final[Mapping[str, str]] = {
    "spelt": f"SELECT customer_id AS id FROM customers_customerspelling WHERE {_TYPED} AND {{gate}}",  # noqa: S608 - constants
    "spelt_best": f"""SELECT id FROM ({_BEST}) b WHERE {_SPELT.format(customer="b.id")} ~ ALL (%(spelt_each)s)
      AND {{gate}} AND (SELECT count(*) FROM spelt) >= %(cap)s""",  # noqa: S608 - constants
    "spelt_people": f"""SELECT (SELECT customer_id FROM customers_contact c WHERE c.id = s.contact_id) AS id
      FROM customers_contactspelling s WHERE {_TYPED} AND {{gate}}""",  # noqa: S608 - constants
}
POINTS: Final = """
SELECT customer_id AS id FROM customers_contactpoint
WHERE kind = '{kind}' AND normalised LIKE %({kind})s AND {{gate}} LIMIT %(cap)s"""
# What a source calls a customer: a probe for each source, of which there are few.
KNOWN_AS: Final = """
SELECT id FROM customers_customer WHERE link_key IN (%(tax)s, %(person_tax)s)
UNION SELECT known.customer_id FROM customers_sourcesystem system
  JOIN customers_sourcerecord known ON known.system_id = system.id AND known.kind = 'customers'
    AND known.external_id IN (%(number)s, %(number_in_capitals)s)
  WHERE known.customer_id IS NOT NULL"""


def spelt(params: Mapping[str, object]) -> dict[str, str]:
    """The arms that find names as they are typed: for parameters of `as_spelt`, none without."""
    known = [_KNOWN.format(at=at) for at in range(sum(name.startswith("syllables_") for name in params))]
    arms = _TYPED_NAMES if known else {}
    return {name: rows.replace("{known}", " AND ".join(known)) for name, rows in arms.items()}


_FIT: Final = """
CASE WHEN {is_exact} THEN 0 WHEN {name} LIKE %(begins)s THEN 1 WHEN {name} LIKE %(word)s THEN 3
     WHEN {name} LIKE %(inside)s THEN 5{typed} ELSE 6 END"""
_SPELLING: Final = f" LEFT JOIN LATERAL ({_SPELT.format(customer='c.id')[1:-1]} OFFSET 0) s ON true"
_FIT_TYPED: Final = " WHEN {spelt} ~ %(spelt_begins)s THEN 2 WHEN {spelt} ~ %(spelt_within)s THEN 4"


def spelling_of(customer: str) -> str:
    return _SPELT.format(customer=customer)


def fit(*, is_exact: str, name: str, spelt: str) -> str:
    """How well a customer fits, as a digit: by a number of theirs (0); the name begins with the text (1), or a word of
    it does (3); the text is anywhere in it (5); the customer is found by something else (6). Whose name holds it only
    as it is typed, `spelt`, comes behind those who begin so (2), or behind those with a word that does (4).
    """
    typed = _FIT_TYPED.format(spelt=spelt) if spelt else ""
    return _FIT.format(is_exact=is_exact, name=name, typed=typed)


# Rows are materialised without the limit: with it the planner hopes to meet them soon enough without the index, which
# holds where nearly all have the text, as of addresses and people (they have it within), and not for names.
_ARM = (
    "{name}_rows(id) AS MATERIALIZED ({rows}),\n{name} AS MATERIALIZED (SELECT id FROM {name}_rows LIMIT %({bound})s)"
)
_STOPS: Final = {"next_best": "most"}
"""What reads names one by one stops where enough are found; others at `cap`."""
_HITS = """
SELECT id, is_exact FROM (WITH {arms}
SELECT hit.id, hit.is_exact
FROM (SELECT id, bool_or(is_exact) AS is_exact FROM ({hits}) any_arm GROUP BY id) hit
JOIN customers_customer c ON c.id = hit.id LEFT JOIN customers_tier tier ON tier.id = c.tier_id{spelling}
ORDER BY {fit}, tier.rank, c.search, c.id LIMIT %(most)s) best"""


def statement(*, exact: Sequence[str], arms: Mapping[str, str]) -> str:
    """The best `most` as (customer, whether by a number of theirs) of what `exact` gives and `arms`: name → rows, each
    with its {gate}.
    """
    written = {f"exact_{at}": rows for at, rows in enumerate(exact)}
    for name, rows in arms.items():
        written[name] = rows.format(gate=_gate([*written]))
    hits = (f"SELECT id, {name.startswith('exact_')} AS is_exact FROM {name}" for name in written)  # noqa: S608 - constants
    return _HITS.format(
        arms=",\n".join(
            _ARM.format(name=name, rows=rows, bound=_STOPS.get(name, "cap")) for name, rows in written.items()
        ),
        hits=" UNION ALL ".join(hits),
        fit=fit(is_exact="hit.is_exact", name="c.search", spelt="s.spelt" if "spelt" in arms else ""),
        spelling=_SPELLING if "spelt" in arms else "",
    )


def _gate(before: Sequence[str]) -> str:
    """Whether those before have found fewer than are wanted."""
    if not before:
        return "true"
    found = " UNION ".join(f"SELECT id FROM {name}" for name in before)  # noqa: S608 - constants
    return f"(SELECT count(*) FROM ({found}) found) < %(most)s"  # noqa: S608 - constants
