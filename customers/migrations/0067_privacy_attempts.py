from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0066_filters_in_order_of_tiers")]

    operations = [
        migrations.AddField(
            model_name="privacyrequest",
            name="attempts",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
