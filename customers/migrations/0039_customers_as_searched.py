"""Customers as the search reads them, the best tier first: names beside the tier, and cities; built beside those who write."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

from crm.common.sqlfunctions import CrmNorm


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0038_who_is_decided_anew")]
    operations = [
        AddIndexConcurrently(
            "customer", models.Index(fields=["tier", "id"], include=["search"], name="customer_by_tier")
        ),
        RemoveIndexConcurrently("customer", "customer_tier"),
        AddIndexConcurrently("customer", models.Index(CrmNorm("city"), "tier", "id", name="customer_by_city")),
    ]
