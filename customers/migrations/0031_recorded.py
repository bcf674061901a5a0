from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("customers", "0030_bulk_customers")]
    operations = [
        migrations.AddField("tierassignment", "made_at", models.DateTimeField(db_default=Now(), editable=False)),
    ]
