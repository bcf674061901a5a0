"""What lists of everything are ordered by, built beside those who write."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from crm.common.operation_rows import InRows

OF_KEY = "customers_customer_tier_id_0a8659db"


class Migration(InRows):
    atomic = False
    dependencies = [("customers", "0034_billed_as_of")]
    operations = [
        AddIndexConcurrently("customer", models.Index(fields=["created_at", "id"], name="customer_created")),
        AddIndexConcurrently("customer", models.Index(fields=["owner", "id"], name="customer_owner")),
        AddIndexConcurrently("customer", models.Index(fields=["tier", "id"], name="customer_tier")),
        # The one on the tier alone, which Django made for the key, has served.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX CONCURRENTLY IF EXISTS {OF_KEY}",
                    f"CREATE INDEX CONCURRENTLY {OF_KEY} ON customers_customer (tier_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="customer",
                    name="tier",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=models.deletion.PROTECT,
                        related_name="customers",
                        to="customers.tier",
                        verbose_name="tier",
                    ),
                )
            ],
        ),
        AddIndexConcurrently("order", models.Index(fields=["placed_at", "id"], name="order_placed")),
        AddIndexConcurrently("order", models.Index(fields=["amount_company", "id"], name="order_amount")),
        AddIndexConcurrently("invoice", models.Index(fields=["issued_on", "id"], name="invoice_issued")),
        AddIndexConcurrently("invoice", models.Index(fields=["amount_company", "id"], name="invoice_amount")),
        AddIndexConcurrently(
            "invoice",
            models.Index(
                fields=["due_on", "id"], condition=models.Q(paid__lt=models.F("amount")), name="invoice_open_due"
            ),
        ),
        AddIndexConcurrently("task", models.Index(fields=["due_at", "id"], name="task_due_any")),
    ]
