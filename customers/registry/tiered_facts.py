"""Tables whose rows carry the customer's tier as of their day."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class TieredFact:
    """A table whose rows carry the customer's tier as of their day, for `retier` to rewrite.

    `customer`, `day` and `moment` are expressions over the row `f`, or over `source` (`table alias`) joined on `join`.
    `moment`: what the day is that of, where an index finds a customer's rows by it.
    """

    table: str
    customer: str = "f.customer_id"
    day: str = "f.day"
    moment: str = ""
    source: str = ""
    join: str = ""


_tiered_facts: Final[dict[str, TieredFact]] = {}


def register_tiered_fact(fact: TieredFact) -> None:
    """Rows of `fact.table` get the new `tier_id` from the day on which the customer's tier changes."""
    _tiered_facts[fact.table] = fact


def tiered_facts() -> list[TieredFact]:
    return list(_tiered_facts.values())
