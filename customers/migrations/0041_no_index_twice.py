"""Indexes that others cover go, and those of keys that most rows have none of hold only the rows that have one: each is
written for every row of a file. Built and dropped beside those who write.
"""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import deletion

NO_LONGER = {  # by table: columns whose index, made by Django for the key, goes
    "customers_contactpoint": {"contact_id": "d81d44a2", "customer_id": "c5e90863"},
    "customers_parkedrow": {"system_id": "2c8d3178"},
    "customers_sourcerecord": {"customer_id": "c4abad18", "system_id": "103f8ce8"},
    "customers_tierassignment": {"by_id": "fc9031b2"},
}
LIKE = "customers_customer_link_key_e2b51099_like"  # the unique one serves prefixes too: its collation is C


def dropped():
    """One operation an index: it cannot be in a transaction."""
    for table, columns in NO_LONGER.items():
        for column, digest in columns.items():
            name = f"{table}_{column}_{digest}"
            yield migrations.RunSQL(
                f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} ({column})",
            )
    yield migrations.RunSQL(
        f"DROP INDEX CONCURRENTLY IF EXISTS {LIKE}",
        f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {LIKE} ON customers_customer (link_key varchar_pattern_ops)",
    )


def without_index(model, name, to, **options):
    field = models.ForeignKey(db_index=False, to=to, **options)
    return migrations.AlterField(model_name=model, name=name, field=field)


ANY = {"blank": True, "null": True}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("customers", "0040_bought_by_moment"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        AddIndexConcurrently(
            "contactpoint",
            models.Index(
                fields=["contact"], condition=models.Q(contact__isnull=False), name="contact_point_of_contact"
            ),
        ),
        AddIndexConcurrently(
            "sourcerecord",
            models.Index(
                fields=["customer"], condition=models.Q(customer__isnull=False), name="source_record_customer"
            ),
        ),
        AddIndexConcurrently(
            "tierassignment",
            models.Index(fields=["by"], condition=models.Q(by__isnull=False), name="tier_assignment_by"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=list(dropped()),
            state_operations=[
                without_index(
                    "contactpoint",
                    "contact",
                    "customers.contact",
                    on_delete=deletion.CASCADE,
                    related_name="contact_points",
                    **ANY,
                ),
                without_index(
                    "contactpoint",
                    "customer",
                    "customers.customer",
                    on_delete=deletion.CASCADE,
                    related_name="contact_points",
                ),
                without_index(
                    "parkedrow", "system", "customers.sourcesystem", on_delete=deletion.CASCADE, related_name="+"
                ),
                without_index(
                    "sourcerecord",
                    "customer",
                    "customers.customer",
                    on_delete=deletion.SET_NULL,
                    related_name="source_records",
                    **ANY,
                ),
                without_index(
                    "sourcerecord",
                    "system",
                    "customers.sourcesystem",
                    on_delete=deletion.PROTECT,
                    related_name="records",
                ),
                without_index(
                    "tierassignment",
                    "by",
                    settings.AUTH_USER_MODEL,
                    on_delete=deletion.SET_NULL,
                    related_name="+",
                    **ANY,
                ),
            ],
        ),
    ]
