"""What a link at the door leaves in its merge, and the keys that too many share: all comes empty, in one transaction."""

from django.conf import settings
from django.db import migrations, models

HOW = models.CharField(
    choices=[("hand", "by a person"), ("rule", "by a rule"), ("link", "by the same key, when it came")],
    default="hand",
    max_length=10,
    verbose_name="decided",
)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0054_tokens_of_sources"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SharedKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(db_collation="C", max_length=400, unique=True, verbose_name="key")),
                ("at", models.DateTimeField(verbose_name="when")),
                ("is_apart", models.BooleanField(db_default=False, default=False, verbose_name="taken apart")),
            ],
            options={
                "verbose_name": "key that too many share",
                "verbose_name_plural": "keys that too many share",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(condition=models.Q(("is_apart", False)), fields=["id"], name="shared_key_waits")
                ],
            },
        ),
        migrations.AddField(
            model_name="merge",
            name="key",
            field=models.CharField(db_collation="C", editable=False, max_length=400, null=True),
        ),
        migrations.AddField(
            model_name="merge", name="record_id", field=models.BigIntegerField(editable=False, null=True)
        ),
        migrations.AlterField(model_name="merge", name="how", field=HOW),
        migrations.AlterField(model_name="mergeevent", name="how", field=HOW.clone()),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(condition=models.Q(("key__isnull", False)), fields=["key"], name="merge_key"),
        ),
        *(
            migrations.AddIndex(
                model_name="merge",
                index=models.Index(
                    condition=models.Q(("undone_at__isnull", False)), fields=[f"{side}_id"], name=f"merge_undone_{side}"
                ),
            )
            for side in ("survivor", "absorbed")
        ),
    ]
