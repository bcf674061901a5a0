"""How texts name whoever is erased, until all were looked through."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0064_privacy_meant")]

    operations = [
        migrations.AddField(
            model_name="privacyrequest", name="sealed", field=models.TextField(blank=True, db_default="", default="")
        ),
    ]
