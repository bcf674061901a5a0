from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0014_wording")]

    operations = [
        migrations.RemoveIndex(model_name="importbatch", name="import_batch_unfinished"),
        migrations.RemoveField(model_name="importbatch", name="heartbeat_at"),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "staging", "applying"])),
                fields=["id"],
                name="import_batch_unfinished",
            ),
        ),
    ]
