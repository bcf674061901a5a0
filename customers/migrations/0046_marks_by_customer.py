"""Whether a customer's figures are still to follow is asked by each view of their page: by an index, built beside those
who write.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0045_figures_of_pages")]
    operations = [
        AddIndexConcurrently("figuremark", models.Index(fields=["customer_id"], name="figure_mark_customer")),
    ]
