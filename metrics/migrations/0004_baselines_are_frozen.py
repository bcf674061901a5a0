"""A baseline cannot be changed or removed, whoever tries."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION metrics_baseline_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'a baseline is frozen: % refused', TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'Freeze another baseline beside it; the old one stays as evidence.';
END $$;
CREATE TRIGGER metrics_baseline_no_change BEFORE UPDATE OR DELETE ON metrics_baseline
  FOR EACH ROW EXECUTE FUNCTION metrics_baseline_is_frozen();
CREATE TRIGGER metrics_baseline_no_truncate BEFORE TRUNCATE ON metrics_baseline
  FOR EACH STATEMENT EXECUTE FUNCTION metrics_baseline_is_frozen();
"""
ALLOW = """
DROP TRIGGER metrics_baseline_no_change ON metrics_baseline;
DROP TRIGGER metrics_baseline_no_truncate ON metrics_baseline;
DROP FUNCTION metrics_baseline_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("metrics", "0003_marks")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
