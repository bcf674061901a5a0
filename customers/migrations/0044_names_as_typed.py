"""Names with Chinese characters are found as they are typed in Latin letters: that stands beside them, kept by triggers.

Nothing here holds a table for long: the triggers take a moment each, names that are there already are spelt in steps.
Killed, it begins again where it was: every statement finds what is there.
"""

from time import monotonic

import django.contrib.postgres.indexes
from django.db import migrations, models, transaction

from crm.common.readings import functions

CHINESE = "~ '[㐀-鿿]'"
TABLES = {"customers_customer": "customers_customerspelling", "customers_contact": "customers_contactspelling"}
FIRST, MOST, STEP_S = 1_000, 100_000, 0.5


def made(table, spellings):
    name, key = table.removeprefix("customers_"), f"{table.removeprefix('customers_')}_id"
    same = f"ON CONFLICT ({key}) DO UPDATE SET spelt = EXCLUDED.spelt"
    return f"""
CREATE TABLE IF NOT EXISTS {spellings} ({key} bigint NOT NULL PRIMARY KEY, spelt text COLLATE "C" NOT NULL);
CREATE INDEX IF NOT EXISTS {name}_spelt ON {spellings} USING gin (spelt gin_trgm_ops)
  WITH (fastupdate = true, gin_pending_list_limit = 4096);

CREATE OR REPLACE FUNCTION {table}_spell_new() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO {spellings} SELECT id, crm_spelt(name) FROM new_rows WHERE name {CHINESE} {same};
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION {table}_spell_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.name {CHINESE} THEN
    INSERT INTO {spellings} VALUES (NEW.id, crm_spelt(NEW.name)) {same};
  ELSE
    DELETE FROM {spellings} WHERE {key} = NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION {table}_spell_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM {spellings} WHERE {key} = OLD.id;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION {table}_spell_none() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM {spellings};
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER {table}_spell_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {table}_spell_new();
CREATE OR REPLACE TRIGGER {table}_spell_update AFTER UPDATE OF name ON {table} FOR EACH ROW
  WHEN (OLD.name <> NEW.name AND (OLD.name {CHINESE} OR NEW.name {CHINESE}))
  EXECUTE FUNCTION {table}_spell_changed();
CREATE OR REPLACE TRIGGER {table}_spell_delete AFTER DELETE ON {table} FOR EACH ROW WHEN (OLD.name {CHINESE})
  EXECUTE FUNCTION {table}_spell_gone();
CREATE OR REPLACE TRIGGER {table}_spell_truncate AFTER TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION {table}_spell_none();"""


def gone(table, spellings):
    triggers = "".join(
        f"DROP TRIGGER {table}_spell_{event} ON {table};" for event in ("insert", "update", "delete", "truncate")
    )
    functions = "".join(f"DROP FUNCTION {table}_spell_{when}();" for when in ("new", "changed", "gone", "none"))
    return f"{triggers}{functions}DROP TABLE {spellings};"


STEP = """
INSERT INTO {spellings} SELECT id, crm_spelt(name) FROM {table} c
WHERE id > %(after)s AND id <= %(up_to)s AND name ~ '[㐀-鿿]'
  AND NOT EXISTS (SELECT FROM {spellings} s WHERE s.{key} = c.id) ON CONFLICT DO NOTHING"""


def make_functions(apps, schema_editor):
    schema_editor.execute(functions(), params=None)


def drop_functions(apps, schema_editor):
    schema_editor.execute("DROP FUNCTION crm_spelt(text)", params=None)


def spell_all(apps, schema_editor):
    """Those that the triggers have not seen, in steps of about half a second."""
    connection = schema_editor.connection
    for table, spellings in TABLES.items():
        step = STEP.format(table=table, spellings=spellings, key=f"{table.removeprefix('customers_')}_id")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            ((last,),) = cursor.fetchall()
        after, most = 0, FIRST
        while after < last:
            began = monotonic()
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute(step, {"after": after, "up_to": after + most})
            after, took = after + most, max(monotonic() - began, 0.001)
            most = max(100, min(MOST, 2 * most, int(most * STEP_S / took)))


def model(name, key, index, one, many):
    trigrams = django.contrib.postgres.indexes.GinIndex(
        fastupdate=True, fields=["spelt"], gin_pending_list_limit=4096, name=index, opclasses=["gin_trgm_ops"]
    )
    return migrations.CreateModel(
        name=name,
        fields=[
            (key, models.BigIntegerField(primary_key=True, serialize=False)),
            ("spelt", models.TextField(db_collation="C")),
        ],
        options={
            "verbose_name": one,
            "verbose_name_plural": many,
            "default_permissions": ("view",),
            "indexes": [trigrams],
        },
    )


MODELS = [
    model("CustomerSpelling", "customer_id", "customer_spelt", "spelling of a customer", "spellings of customers"),
    model("ContactSpelling", "contact_id", "contact_spelt", "spelling of a contact", "spellings of contacts"),
]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0043_lists_of_few")]
    operations = [
        migrations.RunPython(make_functions, drop_functions),
        migrations.RunSQL(
            "".join(made(*place) for place in TABLES.items()),
            "".join(gone(*place) for place in TABLES.items()),
            state_operations=MODELS,
        ),
        migrations.RunPython(spell_all, migrations.RunPython.noop),
    ]
