"""Whoever narrows the list to a city, country, kind or language in the order of tiers reads them in a row of each tier:
where those who fit stand behind a million who do not, each of these was looked up. Built beside those who write.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

FIELDS = ("city", "country", "kind", "language")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0065_privacy_sealed")]
    operations = [
        *(
            AddIndexConcurrently(
                "customer", models.Index(fields=[field, "tier", "id"], name=f"customer_{field}_by_tier")
            )
            for field in FIELDS
        ),
        RemoveIndexConcurrently("customer", "customer_by_city_as_typed"),  # the new one begins as it did
    ]
