"""`customers`: each row a source record, linked to one customer by its link key, its fields by survivorship."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from customers.identity import points, promotion, search, survivorship
from customers.identity.bare import make_customers
from customers.identity.linking import link_key
from customers.identity.merging import door
from customers.identity.merging.door import NEXT_LINK
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
    places = SPEC.places("external_id", "kind", "name", "tax_id", "email", "phone")

    def derive(row: list[str | None]) -> Sequence[str | None]:
        external_id, kind, name, tax_id, email, phone = (row[place] or "" for place in places)
        record = f"{system}/{external_id}"
        key = link_key(name=name, kind=kind, tax_id=tax_id, email=email, phone=phone, record=record)
        return key, normalise_email(email), normalise_phone_cached(phone) if phone else ""

    return derive


# Whom a new record belongs to: the customer of its link key, or whoever absorbed that one, or a new one, whom the first
# record of the key makes; each other leaves a merge. `_old_object` is a bare record's customer.
# Materialized: a join in a loop would draw another id for each row of a key.
_ASSIGN = f"""
ALTER TABLE imp_keys ADD COLUMN customer_id bigint, ADD COLUMN _merge bigint, ADD COLUMN _survivor bigint;
WITH owner AS MATERIALIZED (
  SELECT l.link_key, l.first, coalesce(l.survivor_id, p.old) AS survivor_id,
         coalesce(l.root_id, p.old, {next_id("customers_customer")}) AS customer_id
  FROM imp_links l LEFT JOIN imp_promoted p ON p.link_key = l.link_key AND p.takes
  WHERE l.first IS NOT NULL
), assigned AS MATERIALIZED (
  SELECT j._system_id, j._key, coalesce(j._old_object, o.customer_id) AS customer_id,
         coalesce(o.survivor_id, o.customer_id) AS survivor_id,
         CASE WHEN o.survivor_id IS NOT NULL OR j._record <> o.first THEN {NEXT_LINK} END AS merge_id
  FROM imp_keys j LEFT JOIN owner o ON o.link_key = j.link_key AND j._action = 'created' AND j._old_object IS NULL
  WHERE j._action IN ('created', 'updated')
)
UPDATE imp_keys k SET customer_id = a.customer_id, _object = a.customer_id, _merge = a.merge_id,
  _survivor = a.survivor_id
FROM assigned a WHERE a._system_id = k._system_id AND a._key = k._key;
"""  # noqa: S608 - a constant of this code base


def assign(cursor: CursorWrapper) -> None:
    door.part_crowded(cursor)
    promotion.adopt_bare(cursor)
    cursor.execute(_ASSIGN)
    door.leave(cursor)


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
    keeps_times=True,
    record_column="customer_id",
    identifies=True,
    missing=MissingRecords(columns=BARE_COLUMNS, make=make_customers, close=survivorship.settle_touched),
    grows=("customers_customer", "customers_contactpoint"),
    searched=("customers_customer", "customers_contactpoint", "customers_customerspelling"),
    finds=search.find_ids,
    prepare=(assign,),
    write=(touch, write_points),
    close=(promotion.close, survivorship.settle_touched, points.settle),
)
