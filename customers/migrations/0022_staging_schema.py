"""What the application may do although it owns nothing: stage imports in a schema of its own, and two deeds of the owner.

`crm_analyse` gathers a table's statistics; `crm_set_zone` makes a zone the company's in `crm_day`.
"""

from django.db import migrations

STAGING = """
CREATE SCHEMA IF NOT EXISTS staging;
DO $$ DECLARE t record; BEGIN  -- an import that is under way reads its file once more
  FOR t IN SELECT relname FROM pg_class WHERE relname ~ '^import_(stage|same)_[0-9]+$' AND relkind = 'r'
           AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('DROP TABLE public.%I', t.relname);
  END LOOP;
END $$;
"""
ANALYSE = """
CREATE FUNCTION crm_analyse(wanted regclass) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN EXECUTE format('ANALYZE %s', wanted); END $$;
COMMENT ON FUNCTION crm_analyse(regclass) IS 'importing: statistics of a table, as its owner';
"""
SET_ZONE = """
CREATE FUNCTION crm_set_zone(zone text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_timezone_names WHERE name = zone) THEN
    RAISE EXCEPTION 'PostgreSQL knows no time zone %', zone USING ERRCODE = 'invalid_parameter_value';
  END IF;
  EXECUTE format(
    'CREATE OR REPLACE FUNCTION public.crm_day(timestamptz) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %L',
    format('SELECT ($1 AT TIME ZONE %L)::date', zone));
END $$;
COMMENT ON FUNCTION crm_set_zone(text) IS 'time_zone: makes a zone that of crm_day, as its owner';
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0021_point_marks_and_trust_changes")]

    operations = [
        migrations.RunSQL(STAGING, "DROP SCHEMA staging CASCADE"),
        migrations.RunSQL(ANALYSE, "DROP FUNCTION crm_analyse(regclass)"),
        migrations.RunSQL(SET_ZONE, "DROP FUNCTION crm_set_zone(text)"),
    ]
