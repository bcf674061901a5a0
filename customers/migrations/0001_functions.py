"""The SQL functions that stored columns and indexes are built on."""

from django.conf import settings
from django.contrib.postgres.operations import (
    BtreeGinExtension,
    BtreeGistExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations

# The company's zone is literal in the function, so that `day` can be a stored column; `manage.py change_time_zone`
# replaces the function and rewrites the columns.
CRM_DAY = f"""
CREATE OR REPLACE FUNCTION crm_day(timestamptz) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ($1 AT TIME ZONE '{settings.TIME_ZONE}')::date $$;
"""

# crm_norm: lower case, no accents, one blank for anything but letters and digits.
# crm_fold: each CJK character doubled, so that two characters give trigrams; a leading blank marks the word start.
CRM_TEXT = """
CREATE OR REPLACE FUNCTION crm_norm(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT btrim(regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, $1)), '[^[:alnum:]]+', ' ', 'g')) $$;
CREATE OR REPLACE FUNCTION crm_fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ' ' || regexp_replace($1, '([㐀-鿿])', '\\1\\1', 'g') $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGinExtension(),
        BtreeGistExtension(),
        migrations.RunSQL(CRM_DAY, "DROP FUNCTION crm_day(timestamptz)"),
        migrations.RunSQL(CRM_TEXT, "DROP FUNCTION crm_fold(text); DROP FUNCTION crm_norm(text)"),
    ]
