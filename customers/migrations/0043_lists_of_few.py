"""What few values there are of is found by one index, built beside those who write: each value of an industry by steps,
a language or a kind by skipping from one to the next. It is written for each row of a file, so the one of an owner's
customers by name goes where nobody owns them, as of most that a file brings.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0042_tiers_apart")]
    operations = [
        AddIndexConcurrently(
            "customer", models.Index(fields=["industry", "language", "kind"], name="customer_by_industry")
        ),
        AddIndexConcurrently(
            "customer",
            models.Index(
                fields=["owner", "search", "id"],
                condition=models.Q(owner__isnull=False),
                name="customer_owned_by_name",
            ),
        ),
        RemoveIndexConcurrently("customer", "customer_owner_by_name"),
    ]
