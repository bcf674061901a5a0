"""What a field of the customers is used for here: by the product, whatever anybody does, and by the people, as counted.

Each way of use is a point of what a field is proposed to weigh in the hygiene. Cost: three bounded queries.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from accounts.models import SavedView
from customers.identity.hygiene.fields import FIELDS
from customers.identity.ordering import FIELDS as SOURCED
from customers.identity.survivorship import TYPED
from customers.models import SurvivorshipRule

OF_LIST: Final = "page.customers"
"""As saved views name the list of the customers."""
LINKS: Final = frozenset(("tax_id", "email", "phone"))
"""Records that say the same of it become one customer: a key of `identity.linking`, which counts twice."""
COMPARED: Final = frozenset(("name", "tax_id", "email", "phone", "address", "city", "postcode", "birth_date"))
"""By the look for duplicates (`identity.matching`)."""
SEARCHED: Final = frozenset(("name", "tax_id", "email", "phone", "city"))
"""By the search (`identity.search`)."""
LIST_KEYS: Final[Mapping[str, tuple[str, ...]]] = {"place": ("city", "country")}
"""A column that shows other fields than the one it is called by."""
MOST_VIEWS, SAMPLE = 2_000, 2_000
OFTEN: Final = Decimal("0.1")
"""Of those at whom people typed something: where so many have the field among it, people keep it."""

# By the unique index, in the order of the external ids: of a typed record that is the customer's number, as text.
_TYPED: Final = """
SELECT count(*), coalesce(jsonb_agg(fields), '[]'::jsonb) FROM (
  SELECT (SELECT jsonb_agg(key) FROM jsonb_each_text(r.payload) WHERE value <> '') AS fields
  FROM customers_sourcerecord r
  WHERE r.system_id = (SELECT id FROM customers_sourcesystem WHERE key = %(typed)s) AND r.kind = 'customers'
  ORDER BY r.external_id LIMIT %(most)s
) sample
"""


@dataclass(frozen=True, kw_only=True)
class Use:
    """Of one field. `views`: that people saved, and that show, narrow or sort by it. `typed`: share of the customers at
    whom people typed something who have it among that; None where nobody did.
    """

    links: bool = False
    compared: bool = False
    searched: bool = False
    views: int = 0
    typed: Decimal | None = None
    has_rule: bool = False

    @property
    def is_typed(self) -> bool:
        return self.typed is not None and self.typed >= OFTEN

    @property
    def points(self) -> int:
        """One, as customers have the field at all, and one for each way it is used; two where records are linked."""
        ways = (self.compared, self.searched, self.views > 0, self.is_typed, self.has_rule)
        return 1 + 2 * self.links + sum(ways)


@dataclass
class _Counted:
    views: Counter[str] = field(default_factory=Counter)
    typed: Counter[str] = field(default_factory=Counter)
    of: int = 0


def uses() -> dict[str, Use]:
    """Field of the hygiene → its use."""
    counted, ruled = _Counted(), set(SurvivorshipRule.objects.values_list("field", flat=True))
    _count_views(counted)
    _count_typed(counted)
    return {each.key: _use(each.key, counted, ruled) for each in FIELDS}


def _use(key: str, counted: _Counted, ruled: Collection[str]) -> Use:
    return Use(
        links=key in LINKS,
        compared=key in COMPARED,
        searched=key in SEARCHED,
        views=counted.views[key],
        typed=Decimal(counted.typed[key]) / counted.of if counted.of else None,
        has_rule=key in ruled,
    )


def _count_views(counted: _Counted) -> None:
    """Of everybody: what is used is nobody's secret, and no view is shown."""
    views = SavedView.objects.filter(of_list=OF_LIST).order_by("-pk").values_list("conditions", "columns", "sort")
    for conditions, columns, sort in views[:MOST_VIEWS]:
        keys = {*_narrowed_by(conditions), *columns, sort.lstrip("-")}
        counted.views.update({field for key in keys for field in LIST_KEYS.get(key, (key,))})


def _narrowed_by(conditions: Any) -> Iterator[str]:
    """Keys of fields, in groups too. What a view holds may be older than what reads it."""
    if isinstance(conditions, dict):
        if isinstance(conditions.get("field"), str):
            yield conditions["field"]
        for group in ("all", "any"):
            yield from _narrowed_by(conditions.get(group))
    elif isinstance(conditions, list):
        for one in conditions:
            yield from _narrowed_by(one)


def _count_typed(counted: _Counted) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TYPED, {"typed": TYPED, "most": SAMPLE})
        counted.of, records = cursor.fetchone()
    for keys in _lists(records):
        counted.typed.update(key for key in set(keys) if key in SOURCED)


def _lists(records: Any) -> Iterable[list[str]]:
    found = json.loads(records) if isinstance(records, str) else records
    return (each for each in found if each)
