"""The company's time zone as the database knows it: literal in `crm_day`, on which every stored `day` is built."""

import re

from django.apps import apps
from django.db import connection, models, transaction

from crm.common.days import company_zone
from crm.common.sqlfunctions import CrmDay

STORED_ZONE = "SELECT prosrc FROM pg_proc WHERE proname = 'crm_day'"
# {zone} is a checked IANA name; {table} and {column} come from the models.
REPLACE_FUNCTION = """
CREATE OR REPLACE FUNCTION crm_day(timestamptz) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ($1 AT TIME ZONE '{zone}')::date $$"""
REWRITE_DAYS = 'UPDATE {table} SET "{column}" = "{column}" WHERE "day" IS DISTINCT FROM crm_day("{column}")'
REWRITE_LINES = """
UPDATE customers_orderline line SET day = "order".day FROM customers_order "order"
WHERE "order".id = line.order_id AND line.day <> "order".day"""


def stored_zone() -> str:
    """The zone in which the database cuts its days."""
    with connection.cursor() as cursor:
        cursor.execute(STORED_ZONE)
        found = re.search(r"AT TIME ZONE '([^']+)'", cursor.fetchone()[0])
    assert found, "crm_day names its zone"
    return found[1]


def change_time_zone() -> int:
    """Cut every stored day anew in the zone of the settings; returns the rows whose day moved.

    The KPI marks follow by the triggers, so the next recompute moves the figures too. One transaction: readers see
    the old days until it ends.
    """
    zone = company_zone().key
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REPLACE_FUNCTION.format(zone=zone))
        moved = sum(_rewrite(model) for model in apps.get_models())
        cursor.execute(REWRITE_LINES)
    return moved


def _rewrite(model: type[models.Model]) -> int:
    day = next((field for field in model._meta.local_fields if field.name == "day"), None)  # noqa: SLF001 - Meta is API
    expression = getattr(day, "expression", None)
    if not isinstance(expression, CrmDay):
        return 0
    column = expression.get_source_expressions()[0].name
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - Meta is API
        cursor.execute(REWRITE_DAYS.format(table=table, column=column))
        return int(cursor.rowcount)
