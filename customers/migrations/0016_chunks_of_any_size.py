"""Imports remember how far they are in buckets, so that chunks may be of any size; parked rows say when they are due."""

from django.db import migrations, models

BUCKETS = 65_536
TO_BUCKETS = f"""
UPDATE customers_importbatch SET buckets_done = chunks_done::bigint * {BUCKETS} / chunks_total WHERE chunks_total > 0
"""
TO_CHUNKS = f"UPDATE customers_importbatch SET chunks_done = buckets_done, chunks_total = {BUCKETS}"


class Migration(migrations.Migration):
    dependencies = [("customers", "0015_imports_without_heartbeat")]
    operations = [
        migrations.AddField(
            "importbatch",
            "buckets_done",
            models.PositiveIntegerField(default=0),
        ),
        migrations.RunSQL(TO_BUCKETS, TO_CHUNKS),
        migrations.RemoveField("importbatch", "chunks_done"),
        migrations.RemoveField("importbatch", "chunks_total"),
        migrations.AddField(
            "parkedrow",
            "is_due",
            models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            "parkedrow",
            models.Index(condition=models.Q(("is_due", True)), fields=["kind", "system"], name="parked_row_due"),
        ),
    ]
