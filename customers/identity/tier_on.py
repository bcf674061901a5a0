"""The tier a customer had on a day, for those who write facts; who is in which tier `customers.tiers` decides."""

from django.db import models


def join_tier(customer: str, day: str) -> str:
    """SQL that joins `tier` (`tier_id`; null: none on that day) to rows with these expressions of customer and day.

    An index probe a row. OFFSET keeps the planner from reading everybody's assignments, which it takes for cheaper
    where there are some thousand rows.
    """
    return f"LEFT JOIN LATERAL (SELECT t.tier_id FROM crm_tier_on({customer}, {day}) t OFFSET 0) tier ON true"  # noqa: S608 - expressions of this code base


class TierOn(models.Func):
    """`TierOn(customer id, moment)`: the tier's id on the company's day of the moment, read as it is written."""

    template = "(SELECT tier.tier_id FROM crm_tier_on(%(expressions)s) tier)"
    output_field = models.BigIntegerField()
