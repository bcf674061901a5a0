"""Each way a city was typed is found by steps, and who is in another is passed over within the index of a list's order.

A list of who is in a city compared what half a million names of cities are searched by, one after the other. Built
beside those who write; all but the first take the place of one.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

IN_ORDER = {
    "customer_in_order_of_name": ["search", "id", "industry", "city"],
    "customer_in_order_of_contact": ["last_contact_at", "id", "city"],
    "customer_in_order_of_creation": ["created_at", "id", "city"],
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0049_passed_over_in_the_index")]
    operations = [
        AddIndexConcurrently("customer", models.Index(fields=["city"], name="customer_by_city_as_typed")),
        *(
            AddIndexConcurrently("customer", models.Index(fields=fields, name=name))
            for name, fields in IN_ORDER.items()
        ),
        *(
            RemoveIndexConcurrently("customer", name)
            for name in ("customer_by_name_and_industry", "customer_last_contact", "customer_created")
        ),
    ]
