"""The audit's own triggers and functions, put into the database after every migration, whatever has become tracked."""

from pathlib import Path
from typing import Any, Final

from django.db import connections, models
from django.db.backends.utils import CursorWrapper
from pghistory.models import Context

from crm.common.audit.models import AuditEntry
from crm.common.audit.tracking import event_models, of_customers, personal_fields

SQL: Final = Path(__file__).resolve().parent / "sql"
TRIGGERS: Final = """
CREATE TRIGGER crm_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION crm_append_only();
CREATE TRIGGER crm_append_only_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION crm_append_only();
"""
UNGUARDED: Final = """
SELECT c.relname FROM pg_class c
WHERE c.relname = ANY(%s) AND c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
  AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'crm_append_only')
"""
# What was and what is are joined by the plan of a session's first update, which is often of one row: by it each row of
# thousands is held against each, which takes seconds. Such a function is to have another plan from the first.
LOOPING: Final = """
SELECT DISTINCT p.oid::regprocedure::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgoldtable IS NOT NULL AND t.tgnewtable IS NOT NULL AND p.pronamespace = current_schema()::regnamespace
  AND p.proname ~ '^pgtrigger_' AND NOT coalesce(p.proconfig, '{}') @> '{enable_nestloop=off}'
ORDER BY 1
"""
# Rows that are theirs, and those that were when they were deleted: all that was ever said of them goes, whoever's they
# were at the time, as merges move rows to others and back.
THEIRS: Final = """{column} = {who} OR pgh_obj_id = ANY(ARRAY(
    SELECT r.id FROM {rows} r WHERE {now}
    UNION ALL SELECT e.pgh_obj_id FROM {table} e WHERE e.{column} = {who} AND e.pgh_label = 'delete'))"""
BLANK: Final = """
  UPDATE {table} SET {blanks} WHERE ({whose}) AND ({said});
  GET DIAGNOSTICS found = ROW_COUNT;
  blanked := blanked + found;
"""


def guarded_tables() -> list[str]:
    """Every table of the audit: events, who acted, and the log."""
    kept: list[type[models.Model]] = [*event_models(), Context, AuditEntry]
    return sorted(model._meta.db_table for model in kept)  # noqa: SLF001 (Django's documented name)


def install(*, using: str, **_: Any) -> None:
    """After migrations. Tables that are guarded already are left alone, so that nobody waits for a lock on them."""
    with connections[using].cursor() as cursor:
        cursor.execute((SQL / "attach_context.sql").read_text())
        cursor.execute((SQL / "append_only.sql").read_text().format(schema=_schema(cursor)))
        cursor.execute(UNGUARDED, [guarded_tables()])
        for (table,) in cursor.fetchall():
            cursor.execute(TRIGGERS.format(table=table))
        cursor.execute(forget_person(cursor))
        cursor.execute(LOOPING)
        for (function,) in cursor.fetchall():
            cursor.execute(f"ALTER FUNCTION {function} SET enable_nestloop = off")


def forget_person(cursor: CursorWrapper) -> str:
    """The function that blanks events, for the tables that are tracked now."""
    events = [event for event in of_customers() if personal_fields(event)]
    customers = "".join(_blank(event, whose=_of_customer(event)) for event in events)
    contacts = "".join(_blank(event, whose=whose) for event in events if (whose := _of_contact(event)))
    sql = (SQL / "forget_person.sql").read_text()
    return sql.format(schema=_schema(cursor), customers=customers, contacts=contacts)


def _schema(cursor: CursorWrapper) -> str:
    """Where the tables are: functions that run as their owner look nowhere else."""
    cursor.execute("SELECT quote_ident(current_schema())")
    return str(cursor.fetchone()[0])


def _of_customer(event: type[models.Model]) -> str:
    of = of_customers()[event]
    if of.column == "id":
        return "id = customer"
    return _theirs(event, column=of.column, who="customer", now=f"r.{of.column} = customer")


def _of_contact(event: type[models.Model]) -> str:
    of = of_customers()[event]
    if not of.contact:
        return ""
    if of.contact == "id":
        return "pgh_obj_id = contact"
    now = f"r.{of.column} = customer AND r.{of.contact} = contact"
    return _theirs(event, column=of.contact, who="contact", now=now)


def _theirs(event: Any, *, column: str, who: str, now: str) -> str:
    rows = event.pgh_tracked_model._meta.db_table  # noqa: SLF001 (Django's documented name)
    return THEIRS.format(column=column, who=who, now=now, rows=rows, table=event._meta.db_table)  # noqa: SLF001


def _blank(event: type[models.Model], *, whose: str) -> str:
    blanks = {field.column: _blank_value(field) for field in personal_fields(event)}
    return BLANK.format(
        table=event._meta.db_table,  # noqa: SLF001 (Django's documented name)
        whose=whose,
        blanks=", ".join(f"{column} = {blank}" for column, blank in blanks.items()),
        said=" OR ".join(f"{column} IS DISTINCT FROM {blank}" for column, blank in blanks.items()),
    )


def _blank_value(field: "models.Field[Any, Any]") -> str:
    if field.null:
        return "NULL"
    return "'{}'::jsonb" if isinstance(field, models.JSONField) else "''"
