"""`contacts`: the people at a customer, with their contact points."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from customers.identity import points
from customers.identity.naming import NAME, NAMES, join
from customers.identity.normalising import normalise_email, normalise_phone_cached
from customers.importing import parsers
from customers.importing.exports import Export, source, wanted
from customers.importing.facts import Facts
from customers.importing.registry import Column, Derive, ImportSpec, Reference
from customers.models import ImportBatch


def deriver(_batch: ImportBatch) -> Derive:
    email, phone = SPEC.places("email", "phone")

    def derive(row: list[str | None]) -> Sequence[str | None]:
        number = row[phone]
        return normalise_email(row[email] or ""), normalise_phone_cached(number) if number else ""

    return derive


# What somebody typed stays: a point of a typed kind is no more the file's to say. Who was removed has none.
_POINTS = """
SELECT k.customer_id, k._object AS contact_id, k._record AS source_record_id, p.kind,
       CASE WHEN p.kind = ANY(c.typed) OR c.removed_at IS NOT NULL THEN '' ELSE p.raw END AS raw, p.normalised
FROM imp_keys k
JOIN customers_contact c ON c.id = k._object
CROSS JOIN LATERAL (VALUES ('phone', k.phone, k.phone_normalised), ('email', k.email, k.email_normalised))
  AS p (kind, raw, normalised)
WHERE k._action IN ('created', 'updated') AND k._record_id IS {present}
"""
# Whom a file moves to another customer takes along what was typed, and is no longer the first to ask for.
_TYPED_MOVE = """
WITH strayed AS (
  SELECT p.id, p.kind, p.normalised, p.customer_id AS was, c.customer_id AS is_now
  FROM imp_keys k JOIN customers_contact c ON c.id = k._object
  JOIN customers_contactpoint p ON p.contact_id = c.id AND p.source_record_id IS NULL
  WHERE k._action = 'updated' AND cardinality(c.typed) > 0 AND p.customer_id <> c.customer_id
), moved AS (
  UPDATE customers_contactpoint p SET customer_id = s.is_now FROM strayed s WHERE p.id = s.id
)
INSERT INTO imp_changed_values
SELECT kind, normalised, was FROM strayed UNION SELECT kind, normalised, is_now FROM strayed
"""
_NO_LONGER_FIRST = """
UPDATE customers_contact c SET is_primary = false FROM imp_keys k
WHERE c.id = k._object AND k._action = 'updated' AND c.is_primary AND c.customer_id <> k.customer_id
"""


def step_back(cursor: CursorWrapper) -> None:
    cursor.execute(_NO_LONGER_FIRST)


def write_points(cursor: CursorWrapper) -> None:
    made = _POINTS.format(present="NULL")
    points.replace(cursor, _POINTS.format(present="NOT NULL"), made=made, also=_TYPED_MOVE)


SPEC = ImportSpec(
    kind="contacts",
    label=_("contacts"),
    columns=(
        Column("external_id", parsers.text(200), required=True),
        Column("customer_external_id", parsers.text(251), required=True),
        Column("name", parsers.text(300), required=True),
        Column("job_title", parsers.text(150)),
        Column("email", parsers.text(254)),
        Column("phone", parsers.text(50)),
    ),
    table="customers_contact",
    references=(Reference("customer_external_id", "customers", "customer_id"),),
    derived=(("email_normalised", "text"), ("phone_normalised", "text")),
    deriver=deriver,
    keeps_payload=True,
    identifies=True,
    searched=("customers_contact", "customers_contactpoint", "customers_contactspelling"),
    write=(
        step_back,
        Facts(
            "customers_contact",
            {
                "customer_id": "k.customer_id",
                "name": "k.name",
                "job_title": "k.job_title",
                "email": "coalesce(nullif(k.email_normalised, ''), k.email)",
                "phone": "k.phone",
            },
            kept="typed",
        ),
        write_points,
    ),
    close=(points.settle,),
)

EXPORT = Export(
    kind="contacts",
    known=("customer_id",),
    select=f"""
    WITH {NAMES}
    SELECT {source("s")}, coalesce(sr.external_id, ''), {NAME}, f.name, f.job_title,
           CASE WHEN 'email' = ANY(f.typed) THEN f.email ELSE coalesce(sr.payload ->> 'email', f.email) END, f.phone,
           f.customer_id
    FROM customers_contact f
    LEFT JOIN customers_sourcerecord sr ON sr.kind = 'contacts' AND sr.object_id = f.id
    LEFT JOIN customers_sourcesystem s ON s.id = sr.system_id {join("f", of="sr")}
    WHERE {wanted("sr")} AND f.removed_at IS NULL ORDER BY s.key, sr.external_id, f.id
    """,  # noqa: S608 - constants of this code base
)
