"""Triggers and cell indexes come from the sources' declarations: `metrics.engine.installing`, after every migrate.

It replaces the triggers of 0003 in place, so that no change goes unmarked meanwhile, and adopts the indexes.
"""

from django.db import migrations

RENAMED = "ALTER INDEX IF EXISTS {} RENAME TO {}"


class Migration(migrations.Migration):
    dependencies = [("metrics", "0006_extra_dimensions")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveIndex(model_name="issue", name="issue_cell")]
        ),
        migrations.RunSQL(
            RENAMED.format("survey_answer_cell", "survey_cell"), RENAMED.format("survey_cell", "survey_answer_cell")
        ),
    ]
