"""Trigram indexes gather new entries in a list of at most 4 MB, all the time and for everyone.

Switching that for the length of an import's chunk locked the tables against every reader.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models

INDEXES = ["customer_search", "contact_search", "contact_point_phone", "contact_point_email"]
GATHER = "; ".join(f"ALTER INDEX {name} SET (fastupdate = on, gin_pending_list_limit = 4096)" for name in INDEXES)
DO_NOT_GATHER = "; ".join(
    f"ALTER INDEX {name} RESET (gin_pending_list_limit); ALTER INDEX {name} SET (fastupdate = off)" for name in INDEXES
)

# Only an index's owner may merge its list, and the application need not be that.
MERGE = """
CREATE OR REPLACE FUNCTION crm_merge_pending_entries(tables regclass[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(sum(gin_clean_pending_list(i.indexrelid)), 0)::bigint
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
  WHERE a.amname = 'gin' AND i.indrelid = ANY(tables) $$;
"""


def moved(model, **fields):
    index = django.contrib.postgres.indexes.GinIndex(
        fastupdate=True, gin_pending_list_limit=4096, opclasses=["gin_trgm_ops"], **fields
    )
    return [migrations.RemoveIndex(model, fields["name"]), migrations.AddIndex(model, index)]


STATE = [
    *moved("customer", name="customer_search", fields=["search"]),
    *moved("contact", name="contact_search", fields=["search"]),
    *moved("contactpoint", name="contact_point_phone", fields=["normalised"], condition=models.Q(kind="phone")),
    *moved("contactpoint", name="contact_point_email", fields=["normalised"], condition=models.Q(kind="email")),
]


class Migration(migrations.Migration):
    dependencies = [("customers", "0012_tier_on_and_point_owner")]
    operations = [
        migrations.RunSQL(GATHER, DO_NOT_GATHER, state_operations=STATE),
        migrations.RunSQL(MERGE, "DROP FUNCTION crm_merge_pending_entries(regclass[])"),
    ]
