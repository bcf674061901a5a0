"""Small indexes over ranges of the tables, built beside those who write."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0031_recorded")]
    operations = [
        AddIndexConcurrently(
            "interaction",
            BrinIndex(fields=["created_at"], name="interaction_recorded", autosummarize=True, pages_per_range=32),
        ),
        AddIndexConcurrently(
            "sourcerecord",
            BrinIndex(fields=["first_seen_at"], name="source_record_seen", autosummarize=True, pages_per_range=32),
        ),
    ]
