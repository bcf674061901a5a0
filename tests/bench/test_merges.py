import pytest

from bench import merges
from customers.models import Customer, Interaction, Match, Merge
from tests.factories.customers import CustomerFactory


@pytest.mark.django_db(transaction=True)
def test_two_become_one_and_two_again_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("CONTACTS", 20), ("TIMES", 1), ("DECISIONS", 2)):
        monkeypatch.setattr(merges, name, value)
    CustomerFactory.create_batch(12)
    found = merges.measure()
    assert found["contacts"] == 20
    assert found["merge"]["within_goal"]
    assert found["undo"]["goal_s"] == 2
    assert {what: one["requests"] for what, one in found["answers"].items()} == {"different": 1, "later": 1, "merge": 1}
    assert (Customer.objects.count(), Interaction.objects.count(), Match.objects.count()) == (12, 0, 0)
    assert not Merge.objects.filter(Merge.ACTIVE).exists()
