"""Bulk actions are done to tasks as well as to customers.

The ids of a job are of whichever rows it is about. A change is of one of the two; its table is looked through once for
that, while no job writes to it.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0036_by_number_and_open")]
    operations = [
        migrations.RenameField("bulkjob", "customer_ids", "row_ids"),
        migrations.AddField("bulkjob", "overtaken", models.PositiveIntegerField(default=0, db_default=0)),
        migrations.AddField("bulkjob", "last_event", models.BigIntegerField(default=0, db_default=0)),
        migrations.AlterField(
            "bulkchange",
            "customer",
            models.ForeignKey(
                db_index=False, null=True, on_delete=models.deletion.CASCADE, related_name="+", to="customers.customer"
            ),
        ),
        migrations.AddField(
            "bulkchange",
            "task",
            models.ForeignKey(
                db_index=False, null=True, on_delete=models.deletion.CASCADE, related_name="+", to="customers.task"
            ),
        ),
        migrations.AddConstraint(
            "bulkchange",
            models.UniqueConstraint(
                condition=models.Q(task__isnull=False), fields=("job", "task"), name="bulk_change_task_once"
            ),
        ),
        migrations.AddConstraint(
            "bulkchange",
            models.CheckConstraint(
                condition=models.Q(customer__isnull=False) ^ models.Q(task__isnull=False), name="bulk_change_of_one"
            ),
        ),
        migrations.AddIndex(
            "bulkchange",
            models.Index(condition=models.Q(task__isnull=False), fields=["task"], name="bulk_change_task"),
        ),
    ]
