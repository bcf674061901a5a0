"""What is proposed follows a merge, in its transaction: whoever merges, a person, a rule or a command."""

import json
from typing import Final

from django.db import connection
from django.db.models import Q

from customers.identity.reviewing.apart import apart_from
from customers.models import Match, Merge
from customers.querysets.matching import MatchQuerySet

_NOTE: Final = """
UPDATE customers_merge SET snapshot = snapshot || jsonb_build_object('proposed', %(moved)s::jsonb) WHERE id = %(merge)s
"""


def follow(merge: Merge) -> None:
    """What is proposed of the absorbed is proposed of the survivor from now on, not only from the next run; the two
    themselves are nobody's to decide until it is undone.
    """
    old, new, moved = merge.absorbed_id, merge.survivor_id, list[tuple[int, int]]()
    for match in _free(Q(left_id=old) | Q(right_id=old)):
        other = match.right_id if match.left_id == old else match.left_id
        left, right = sorted((new, other))
        if other == new:
            continue
        if Match.objects.filter(left_id=left, right_id=right).exists():
            match.delete()
            continue
        match.left_id, match.right_id = left, right
        match.save(update_fields=["left_id", "right_id"])
        moved.append((match.pk, other))
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, {"merge": merge.pk, "moved": json.dumps(moved)})
    withdraw_apart(new)


def take_back(merge: Merge) -> None:
    """What was proposed of the absorbed is proposed of them again, where nobody has decided on it since."""
    for pk, other in merge.snapshot.get("proposed", ()):
        left, right = sorted((merge.root_id, other))
        before = dict(zip(("left_id", "right_id"), sorted((merge.absorbed_id, other)), strict=True))
        if not Match.objects.filter(**before).exists():
            Match.objects.filter(pk=pk, left_id=left, right_id=right, state__in=Match.OPEN).update(**before)


def withdraw_apart(*customers: int) -> None:
    """What is proposed of customers and of whom they are apart from by what was said of others."""
    for customer in customers:
        near = list(_free(Q(left_id=customer) | Q(right_id=customer)))
        if near:
            apart = apart_from(customer)
            gone = [one.pk for one in near if (one.right_id if one.left_id == customer else one.left_id) in apart]
            Match.objects.filter(pk__in=gone).delete()


def _free(which: Q) -> MatchQuerySet[Match]:
    """Proposals that nobody is deciding on just now: they wait for the customers that we hold, and see what became."""
    return Match.objects.select_for_update(skip_locked=True).filter(which, state__in=Match.OPEN)
