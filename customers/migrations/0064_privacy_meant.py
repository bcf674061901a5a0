"""Who was meant when an erase was confirmed; unknown of those before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0062_feeds")]

    operations = [
        migrations.AddField(model_name="privacyrequest", name="meant", field=models.JSONField(null=True)),
    ]
