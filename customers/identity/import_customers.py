"""`customers`: each row a source record, linked to one customer by its link key, its fields by survivorship."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from customers.identity import points, promotion, survivorship
from customers.identity.bare import make_customers
from customers.identity.linking import link_key
from customers.identity.normalising import normalise_email, normalise_phone_cached
from customers.importing import parsers
from customers.importing.registry import Column, Derive, ImportSpec, MissingRecords
from customers.importing.sql import next_id
from customers.models import ImportBatch

COLUMNS = (
    Column("external_id", parsers.text(200), required=True),
    Column("kind", parsers.choice("organization", "person")),
    Column("name", parsers.text(300), required=True),
    Column("tax_id", parsers.text(50)),
    Column("email", parsers.text(254)),
    Column("phone", parsers.text(50)),
    Column("address", parsers.text(500)),
    Column("city", parsers.text(150)),
    Column("region", parsers.text(150)),
    Column("country", parsers.text(100)),
    Column("postcode", parsers.text(20)),
    Column("industry", parsers.text(150)),
    Column("language", parsers.text(20)),
    Column("birth_date", parsers.day, sql="date", empty=None),
)

BARE_COLUMNS = ("kind", "name", "city", "region", "country", "postcode", "industry", "language")


def deriver(batch: ImportBatch) -> Derive:
    system = batch.system.key
    places = SPEC.places("external_id", "name", "tax_id", "email", "phone")

    def derive(row: list[str | None]) -> Sequence[str | None]:
        external_id, name, tax_id, email, phone = (row[place] or "" for place in places)
        key = link_key(name=name, tax_id=tax_id, email=email, phone=phone, record=f"{system}/{external_id}")
        return key, normalise_email(email), normalise_phone_cached(phone) if phone else ""

    return derive


# Whom a new record belongs to: the customer of its link key, or whoever absorbed that one, or a new one.
# `_old_object` is a bare record's customer.
# Materialized: a join in a loop would draw another id for each row of a key. Cost: an index probe a key.
_ASSIGN = f"""
ALTER TABLE imp_keys ADD COLUMN customer_id bigint, ADD COLUMN _merge bigint;
WITH owner AS MATERIALIZED (
  SELECT d.link_key, coalesce(c.id, m.root_id, p.old, {next_id("customers_customer")}) AS customer_id,
         CASE WHEN c.id IS NULL THEN m.id END AS merge_id
  FROM (SELECT DISTINCT link_key FROM imp_keys WHERE _action = 'created' AND _old_object IS NULL) d
  LEFT JOIN customers_customer c ON c.link_key = d.link_key
  LEFT JOIN customers_merge m ON m.link_key = d.link_key AND m.undone_at IS NULL
  LEFT JOIN imp_promoted p ON p.link_key = d.link_key AND p.takes
), assigned AS (
  SELECT j._system_id, j._key, coalesce(j._old_object, o.customer_id) AS customer_id,
         CASE WHEN j._old_object IS NULL THEN o.merge_id END AS merge_id
  FROM imp_keys j LEFT JOIN owner o ON o.link_key = j.link_key AND j._action = 'created'
  WHERE j._action IN ('created', 'updated')
)
UPDATE imp_keys k SET customer_id = a.customer_id, _object = a.customer_id, _merge = a.merge_id FROM assigned a
WHERE a._system_id = k._system_id AND a._key = k._key;
"""  # noqa: S608 - a constant of this code base


def assign(cursor: CursorWrapper) -> None:
    promotion.adopt_bare(cursor)
    cursor.execute(_ASSIGN)


def touch(cursor: CursorWrapper) -> None:
    survivorship.touch(cursor, "SELECT customer_id, link_key FROM imp_keys WHERE _action IN ('created', 'updated')")


_POINTS = """
SELECT k.customer_id, NULL::bigint AS contact_id, k._record AS source_record_id, p.kind, p.raw, p.normalised
FROM imp_keys k
CROSS JOIN LATERAL (VALUES ('phone', k.phone, k.phone_normalised), ('email', k.email, k.email_normalised),
                           ('address', k.address, crm_norm(k.address))) AS p (kind, raw, normalised)
WHERE k._action IN ('created', 'updated') AND k._record_id IS {present}
"""


def write_points(cursor: CursorWrapper) -> None:
    points.replace(cursor, _POINTS.format(present="NOT NULL"), made=_POINTS.format(present="NULL"))


SPEC = ImportSpec(
    kind="customers",
    label=_("customers"),
    columns=COLUMNS,
    derived=(("link_key", 'text COLLATE "C"'), ("email_normalised", "text"), ("phone_normalised", "text")),
    deriver=deriver,
    keeps_payload=True,
    record_column="customer_id",
    identifies=True,
    missing=MissingRecords(columns=BARE_COLUMNS, make=make_customers, close=survivorship.settle_touched),
    grows=("customers_customer", "customers_contactpoint"),
    searched=("customers_customer", "customers_contactpoint", "customers_customerspelling"),
    prepare=(assign,),
    write=(touch, write_points),
    close=(promotion.close, survivorship.settle_touched, points.settle),
)
