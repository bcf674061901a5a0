"""Who is of another kind, country, industry or language is passed over within the index of a list's order, as who is in
another city was: a million of them were looked up. Built beside those who write; each takes the place of one.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

ORDERED = {"name": "search", "creation": "created_at", "contact": "last_contact_at", "owner": "owner"}
PASSED_OVER = ["city", "industry", "kind", "country", "language"]
BEFORE = (
    "customer_in_order_of_name", "customer_in_order_of_creation", "customer_in_order_of_contact", "customer_owner",
)  # fmt: skip


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0067_privacy_attempts")]
    operations = [
        *(
            AddIndexConcurrently(
                "customer", models.Index(fields=[field, "id", *PASSED_OVER], name=f"customer_ordered_by_{order}")
            )
            for order, field in ORDERED.items()
        ),
        *(RemoveIndexConcurrently("customer", name) for name in BEFORE),
    ]
