import pytest
from django.db.models import Q

from crm.common.settled import Settled, about, settled

EARLY, NEVER = Q(at__lt=5), Q(at__isnull=True)
OTHER = Q(name="x")


@pytest.mark.parametrize(
    ("where", "empty", "known"),
    [
        (Q(), True, True),
        (~Q(), True, True),
        (EARLY, False, EARLY),
        (NEVER, True, False),
        (EARLY | NEVER, True, EARLY),
        (EARLY & OTHER, False, EARLY & OTHER),
        (NEVER & OTHER, OTHER, False),
        (NEVER | OTHER, True, OTHER),
        (~EARLY, True, ~EARLY),
        (~NEVER, False, True),
        (~(EARLY | NEVER), False, ~EARLY),
        (Q(attic=1), Q(attic=1), Q(attic=1)),
        (EARLY ^ NEVER, EARLY ^ NEVER, EARLY ^ NEVER),
    ],
)
def test_what_it_comes_to(where: Q, empty: Settled, known: Settled) -> None:
    assert settled(where, "at", is_empty=True) == empty
    assert settled(where, "at", is_empty=False) == known


def test_what_is_reached_through_a_relation_is_empty_with_it() -> None:
    where = Q(figures__overdue__isnull=True) | Q(figures__overdue__lte=0)

    def known(has_value: bool) -> Settled:
        return settled(
            where, "figures", is_empty=False, has_value=lambda path: path == "figures__overdue" and has_value
        )

    assert settled(where, "figures", is_empty=True) is True
    assert known(True) == Q(figures__overdue__lte=0)
    assert known(False) == where


@pytest.mark.parametrize(
    ("where", "part"),
    [
        (Q(), Q()),
        (OTHER, Q()),
        (EARLY & OTHER, EARLY),
        (EARLY & ~NEVER & OTHER, EARLY & ~NEVER),
        (EARLY | NEVER, EARLY | NEVER),
        (EARLY | OTHER, Q()),
        (~(EARLY & OTHER), Q()),
        (~EARLY, ~EARLY),
        ((EARLY | NEVER) & OTHER, Q(EARLY | NEVER)),
        (Q(attic=1) & EARLY, EARLY),
    ],
)
def test_what_of_it_is_about_one_field(where: Q, part: Q) -> None:
    assert about(where, "at") == part
