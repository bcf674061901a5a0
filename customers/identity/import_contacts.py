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


_POINTS = """
SELECT k.customer_id, k._object AS contact_id, sr.id AS source_record_id, p.kind, p.raw, p.normalised
FROM imp_keys k
JOIN customers_sourcerecord sr ON sr.system_id = k._system_id AND sr.kind = 'contacts' AND sr.external_id = k._key
CROSS JOIN LATERAL (VALUES ('phone', k.phone, k.phone_normalised), ('email', k.email, k.email_normalised))
  AS p (kind, raw, normalised)
WHERE k._action IN ('created', 'updated')
"""


def write_points(cursor: CursorWrapper) -> None:
    points.replace(cursor, _POINTS)


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
    searched=("customers_contact", "customers_contactpoint"),
    write=(
        Facts(
            "customers_contact",
            {
                "customer_id": "k.customer_id",
                "name": "k.name",
                "job_title": "k.job_title",
                "email": "coalesce(nullif(k.email_normalised, ''), k.email)",
                "phone": "k.phone",
            },
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
           coalesce(sr.payload ->> 'email', f.email), f.phone, f.customer_id
    FROM customers_contact f
    LEFT JOIN customers_sourcerecord sr ON sr.kind = 'contacts' AND sr.object_id = f.id
    LEFT JOIN customers_sourcesystem s ON s.id = sr.system_id {join("f", of="sr")}
    WHERE {wanted("sr")} ORDER BY s.key, sr.external_id, f.id
    """,  # noqa: S608 - constants of this code base
)
