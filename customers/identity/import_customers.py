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


# Whom a new record belongs to: the customer of its link key, or a new one. `_old_object` is a bare record's customer.
# Materialized: a join in a loop would draw another id for each row of a key.
_ASSIGN = """
ALTER TABLE imp_keys ADD COLUMN customer_id bigint, ADD COLUMN _fresh boolean DEFAULT false;
UPDATE imp_keys k SET customer_id = coalesce(c.id, p.old)
FROM imp_keys j LEFT JOIN customers_customer c ON c.link_key = j.link_key
LEFT JOIN imp_promoted p ON p.link_key = j.link_key AND p.takes
WHERE j._system_id = k._system_id AND j._key = k._key AND k._action = 'created' AND k._old_object IS NULL;
WITH f AS MATERIALIZED (
  SELECT link_key, nextval(pg_get_serial_sequence('customers_customer', 'id')) AS id
  FROM (SELECT DISTINCT link_key FROM imp_keys WHERE _action = 'created' AND customer_id IS NULL
        AND _old_object IS NULL) d
)
UPDATE imp_keys k SET customer_id = f.id, _fresh = true FROM f
WHERE k.link_key = f.link_key AND k._action = 'created' AND k._old_object IS NULL AND k.customer_id IS NULL;
UPDATE imp_keys SET customer_id = coalesce(customer_id, _old_object) WHERE _action IN ('created', 'updated');
UPDATE imp_keys SET _object = customer_id;
"""


def assign(cursor: CursorWrapper) -> None:
    promotion.adopt_bare(cursor)
    cursor.execute(_ASSIGN)


def touch(cursor: CursorWrapper) -> None:
    survivorship.touch(cursor, "SELECT customer_id, link_key FROM imp_keys WHERE _action IN ('created', 'updated')")


_POINTS = """
SELECT k.customer_id, NULL::bigint AS contact_id, sr.id AS source_record_id, p.kind, p.raw, p.normalised
FROM imp_keys k
JOIN customers_sourcerecord sr ON sr.system_id = k._system_id AND sr.kind = 'customers' AND sr.external_id = k._key
CROSS JOIN LATERAL (VALUES ('phone', k.phone, k.phone_normalised), ('email', k.email, k.email_normalised),
                           ('address', k.address, crm_norm(k.address))) AS p (kind, raw, normalised)
WHERE k._action IN ('created', 'updated')
"""


def write_points(cursor: CursorWrapper) -> None:
    points.replace(cursor, _POINTS)


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
    searched=("customers_customer", "customers_contactpoint"),
    prepare=(assign,),
    write=(touch, write_points),
    close=(promotion.close, survivorship.settle_touched, points.settle),
)
