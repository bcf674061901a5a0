"""Who was absorbed is found by the name they had. Built beside those who write."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from crm.common.sqlfunctions import CrmFold


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0056_looks_after_changes")]
    operations = [
        AddIndexConcurrently(
            "merge",
            GinIndex(
                OpClass(CrmFold("name"), "gin_trgm_ops"),
                condition=models.Q(undone_at=None, key=None),
                name="merge_name",
            ),
        ),
    ]
