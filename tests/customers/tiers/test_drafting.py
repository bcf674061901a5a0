from typing import Any

import pytest

from customers.models import Tier, TierPolicy
from customers.tiers.drafting import save_tier
from customers.tiers.tiering import InvalidPolicy
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("change", "words"), [
    ({"key": "aurum"}, "Rule 2 names the unknown tier “gold”."),
    ({"rank": 99}, "The rules go from the best tier down, each tier once."),
])  # fmt: skip
def test_a_tier_stays_what_the_policy_in_force_says_of_it(change: dict[str, Any], words: str) -> None:
    keys = ["platinum", "gold", "silver"]
    TierPolicy.objects.create(version=99, rules=[{"tier": key, "min_value": 1} for key in keys], published_at=NOON)
    tier = Tier.objects.get(key="gold")
    for field, value in change.items():
        setattr(tier, field, value)
    with pytest.raises(InvalidPolicy, match=words.replace(".", r"\.")):
        save_tier(tier=tier)
    assert Tier.objects.get(pk=tier.pk).key == "gold"
    assert Tier.objects.get(pk=tier.pk).rank < 99


def test_what_a_tier_entitles_to_may_change() -> None:
    tier = Tier.objects.get(key="gold")
    tier.credit_days = 45
    save_tier(tier=tier)
    assert Tier.objects.get(key="gold").credit_days == 45
