from typing import Any

from django.db import migrations
from django.utils import timezone

# key, name, colour, order priority, credit days, credit limit, maximum discount (%), answered within (hours)
TIERS = [
    ("platinum", "Platinum", "indigo", 1, 60, 100_000, 15, 4),
    ("gold", "Gold", "yellow", 2, 45, 50_000, 10, 8),
    ("silver", "Silver", "azure", 3, 30, 20_000, 5, 24),
    ("bronze", "Bronze", "orange", 4, 14, 5_000, 0, 48),
]
RULES = [
    {"tier": "platinum", "min_value": "20000", "min_on_time": "0.90"},
    {"tier": "gold", "min_value": "5000", "min_on_time": "0.80"},
    {"tier": "silver", "min_value": "1000", "min_on_time": "0.60"},
    {"tier": "bronze", "min_value": None, "min_on_time": None},
]


def seed(apps: Any, schema_editor: Any) -> None:
    tier = apps.get_model("customers", "Tier").objects.using(schema_editor.connection.alias)
    policy = apps.get_model("customers", "TierPolicy").objects.using(schema_editor.connection.alias)
    if tier.exists() or policy.exists():
        return
    for rank, (key, name, colour, priority, days, limit, discount, hours) in enumerate(TIERS, start=1):
        tier.create(
            key=key,
            name=name,
            rank=rank,
            colour=colour,
            order_priority=priority,
            credit_days=days,
            credit_limit=limit,
            max_discount=discount,
            case_response_hours=hours,
        )
    policy.create(version=1, measure="profit", window_months=12, rules=RULES, published_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_models")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
