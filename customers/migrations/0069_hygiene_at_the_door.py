"""Who stands alone with a tax ID is found by it; and how far all are being counted anew. Built beside those who write."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from crm.common.sqlfunctions import PlainTaxId

ALONE = ~models.Q(tax_id="") & (models.Q(link_key=None) | models.Q(link_key__startswith="rec:"))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0068_passed_over_by_more")]
    operations = [
        migrations.AddField("hygienecount", "recounted", models.BigIntegerField(db_default=0, default=0)),
        migrations.AddField("hygieneclock", "recounted_to", models.BigIntegerField(null=True)),
        AddIndexConcurrently(
            "customer", models.Index(PlainTaxId("tax_id"), condition=ALONE, name="customer_alone_by_tax_id")
        ),
    ]
