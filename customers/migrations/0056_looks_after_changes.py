"""A look for duplicates may be one after changes."""

from django.db import migrations, models

HOW = [("person", "asked for"), ("night", "every night"), ("changes", "after changes"), ("command", "by command")]


class Migration(migrations.Migration):
    dependencies = [("customers", "0055_changed_since")]
    operations = [
        migrations.AlterField(
            model_name="matchrun",
            name="how",
            field=models.CharField(choices=HOW, default="person", max_length=10),
        ),
    ]
