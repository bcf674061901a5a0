"""What after-sales mended: a table of its own, empty at first."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0058_names_of_the_absorbed")]
    operations = [
        migrations.CreateModel(
            name="Repair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(db_collation="C", max_length=200, verbose_name="number")),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                (
                    "cost",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name="cost"),
                ),
                ("under_warranty", models.BooleanField(default=False, verbose_name="under warranty")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repairs",
                        to="customers.customer",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.product",
                    ),
                ),
            ],
            options={
                "verbose_name": "repair",
                "verbose_name_plural": "repairs",
                "indexes": [
                    models.Index(fields=["customer", "-opened_at", "-id"], name="repair_customer"),
                    models.Index(
                        condition=models.Q(("closed_at__isnull", False)),
                        fields=["customer", "-closed_at", "-id"],
                        name="repair_customer_closed",
                    ),
                    models.Index(fields=["opened_at", "id"], name="repair_opened"),
                    models.Index(
                        condition=models.Q(("product__isnull", False)), fields=["product"], name="repair_product"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at", None), ("closed_at__gte", models.F("opened_at")), _connector="OR"
                        ),
                        name="repair_closed_after_opened",
                    )
                ],
            },
        ),
    ]
