"""What a run found becomes proposals: new ones are added, changed ones follow, those that no longer hold are withdrawn.

The run writes what it found into `match_found`, a temporary table of its session, first. From there it goes into the
table in chunks, each a transaction of its own, that change only what differs: a run that died leaves what the next
completes, and two runs leave what one does. What somebody has decided is never changed.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from customers.identity.matching.weighing import Weighed
from customers.identity.reviewing.apart import Apart
from customers.identity.reviewing.sharing_numbers import TYPED
from customers.models import Customer, MatchRun, Merge

CHUNK: Final = 2_000
Among = Mapping[Customer.Kind, AbstractSet[int] | None]
_ALL: Final[Among] = dict.fromkeys(Customer.Kind)

_BEGIN: Final = """
DROP TABLE IF EXISTS match_found;
CREATE TEMP TABLE match_found (
  left_id bigint, right_id bigint, kind text, score float8, evidence jsonb, PRIMARY KEY (left_id, right_id)
)
"""
_COPY: Final = "COPY match_found (left_id, right_id, kind, score, evidence) FROM STDIN"
# Who was merged, or is no more, since they were read is not proposed.
_GONE: Final = """
DELETE FROM match_found f WHERE NOT EXISTS (SELECT FROM customers_customer c WHERE c.id = f.left_id)
 OR NOT EXISTS (SELECT FROM customers_customer c WHERE c.id = f.right_id)
"""
_PAIRS: Final = "SELECT left_id, right_id FROM match_found"
_DROP: Final = """
DELETE FROM match_found f USING unnest(%(left)s::bigint[], %(right)s::bigint[]) g (left_id, right_id)
WHERE f.left_id = g.left_id AND f.right_id = g.right_id
"""
_NEXT: Final = """
SELECT array_agg(left_id), array_agg(right_id) FROM (
  SELECT f.left_id, f.right_id FROM match_found f
  LEFT JOIN customers_match m ON m.left_id = f.left_id AND m.right_id = f.right_id
  WHERE f.score >= %(least)s AND (m.id IS NULL
   OR (m.state IN ('proposed', 'later') AND (m.score, m.evidence) IS DISTINCT FROM (f.score, f.evidence)))
  ORDER BY f.left_id, f.right_id
) x
"""
_PROPOSE: Final = """
INSERT INTO customers_match AS m (left_id, right_id, kind, score, evidence, state, run_id, proposed_at)
SELECT left_id, right_id, kind, score, evidence, 'proposed', %(run)s, %(now)s FROM match_found f
JOIN unnest(%(left)s::bigint[], %(right)s::bigint[]) g (left_id, right_id) USING (left_id, right_id)
ORDER BY left_id, right_id
ON CONFLICT (left_id, right_id) DO UPDATE
SET score = excluded.score, evidence = excluded.evidence, run_id = excluded.run_id
WHERE m.state IN ('proposed', 'later')
RETURNING (xmax = 0)
"""
_NO_LONGER: Final = """
SELECT array_agg(id) FROM (
  SELECT m.id FROM customers_match m
  LEFT JOIN match_found f ON f.left_id = m.left_id AND f.right_id = m.right_id
  WHERE m.state IN ('proposed', 'later') AND f.left_id IS NULL
   AND (m.score >= %(least)s OR m.score = %(typed)s AND m.run_id IS NULL AND NOT EXISTS (
     SELECT FROM customers_contactpoint a JOIN customers_contactpoint b USING (kind, normalised)
     WHERE a.customer_id = m.left_id AND b.customer_id = m.right_id AND kind = 'phone' AND normalised <> ''))
   AND (m.kind = ANY(%(whole)s) OR m.left_id = ANY(%(among)s) OR m.right_id = ANY(%(among)s)) ORDER BY m.id
) x
"""
_WITHDRAW: Final = "DELETE FROM customers_match WHERE id = ANY(%(ids)s) AND state IN ('proposed', 'later')"
_NOTE: Final = """
INSERT INTO customers_match AS m
  (left_id, right_id, kind, score, evidence, state, run_id, proposed_at, decided_at, merge_id)
SELECT %(left)s, %(right)s, (SELECT c.kind FROM customers_merge g JOIN customers_customer c ON c.id = g.survivor_id
  WHERE g.id = %(merge)s), %(score)s, coalesce((SELECT f.evidence FROM match_found f
  WHERE f.left_id = %(left)s AND f.right_id = %(right)s), '[]'), 'merged', %(run)s, %(now)s, %(now)s, %(merge)s
ON CONFLICT (left_id, right_id) DO UPDATE SET state = 'merged', score = excluded.score, run_id = excluded.run_id,
  decided_at = excluded.decided_at, decided_by_id = NULL, merge_id = excluded.merge_id
"""
_ANALYZE: Final = "ANALYZE match_found"
_END: Final = "DROP TABLE IF EXISTS match_found"


def begin() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN)


def keep(kind: Customer.Kind, pairs: Iterable[Weighed], owners: Mapping[int, int]) -> None:
    """Write down what was found of people, or of organizations; `owners`: record → customer."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for pair in pairs:
            left, right = sorted((owners[pair.left], owners[pair.right]))
            sides = _turned(pair) if owners[pair.left] != left else pair.evidence
            copy.write_row((left, right, kind.value, pair.score, json.dumps(sides)))


def _turned(pair: Weighed) -> list[dict[str, object]]:
    """Left is the customer with the smaller number."""
    return [{**one, "left": one["right"], "right": one["left"]} for one in pair.evidence]


def propose(
    run: MatchRun, *, least: float, apart: Apart, among: Among = _ALL
) -> tuple[int, int]:  # fmt: skip
    """Let the proposals be what was found, from `least` on. → how many are new, and withdrawn.

    `among`: of each kind the customers who were looked at, None: all; proposals between others stay.
    """
    _execute(_ANALYZE)
    _forget_apart(apart)
    new, (lefts, rights) = 0, _row(_NEXT, {"least": least})
    for at in range(0, len(lefts or ()), CHUNK):
        new += _propose(run, lefts[at : at + CHUNK], rights[at : at + CHUNK])
    looked_at = {
        "whole": [kind.value for kind, customers in among.items() if customers is None],
        "among": sorted({customer for customers in among.values() for customer in customers or ()}),
    }
    gone = _row(_NO_LONGER, {"least": least, "typed": TYPED, **looked_at})[0] or []
    withdrawn = sum(_execute(_WITHDRAW, {"ids": gone[at : at + CHUNK]}) for at in range(0, len(gone), CHUNK))
    _execute(_END)
    return new, withdrawn


def note_merge(run: MatchRun) -> Callable[[Merge, float], None]:
    """What a rule merged is a decided pair; nobody decided it."""

    def note(merge: Merge, score: float) -> None:
        left, right = sorted((merge.survivor_id, merge.absorbed_id))
        values = {"run": run.pk, "now": merge.at, "left": left, "right": right, "score": score, "merge": merge.pk}
        _execute(_NOTE, values)

    return note


def _forget_apart(apart: Apart) -> None:
    _execute(_GONE)
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS)
        different = [two for two in cursor.fetchall() if apart.holds(*two)]
    _execute(_DROP, {"left": [left for left, _right in different], "right": [right for _left, right in different]})


def _propose(run: MatchRun, lefts: list[int], rights: list[int]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PROPOSE, {"run": run.pk, "now": timezone.now(), "left": lefts, "right": rights})
        return sum(is_new for (is_new,) in cursor.fetchall())


def _row(statement: str, params: dict[str, Any] | None = None) -> tuple[list[int], ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found: tuple[list[int], ...] = cursor.fetchone()
    return found


def _execute(statement: str, params: dict[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)
