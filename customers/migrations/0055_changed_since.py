"""Who has changed since the last look for duplicates is found without reading all. Built beside those who write."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0053_links_leave_merges")]
    operations = [
        AddIndexConcurrently(
            "sourcerecord",
            BrinIndex(fields=["changed_at"], name="source_record_changed", autosummarize=True, pages_per_range=32),
        ),
        AddIndexConcurrently(
            "merge",
            models.Index(fields=["undone_at"], condition=models.Q(undone_at__isnull=False), name="merge_undone"),
        ),
    ]
