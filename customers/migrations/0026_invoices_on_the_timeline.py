from django.db import migrations, models

from crm.common.permissions import grant, revoke

GRANTS = {"sales": ["customers.view_cost"], "manager": ["customers.view_cost"]}


class Migration(migrations.Migration):
    dependencies = [("customers", "0025_figures_follow")]
    operations = [
        migrations.AlterModelOptions(
            name="orderline",
            options={
                "permissions": [("view_cost", "Can see what goods cost")],
                "verbose_name": "order line",
                "verbose_name_plural": "order lines",
            },
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(fields=["customer", "-issued_on", "-id"], name="invoice_timeline"),
        ),
        migrations.RunPython(grant(GRANTS), revoke(GRANTS)),
    ]
