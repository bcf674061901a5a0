"""Bare customers: made because a row names them and its mapping says so, until their own row arrives.

What such rows say of them (a country, say) is the word of the newest row, so that the order of arrival is no matter.
A reference with a slash may name another system's customer: nothing is made for it, its row waits.
"""

from django.db.backends.utils import CursorWrapper

from customers.identity import survivorship
from customers.importing.registry import ImportSpec, Reference
from customers.importing.sql import NIL

_WANTED = """
DROP TABLE IF EXISTS imp_bare;
CREATE TEMP TABLE imp_bare ON COMMIT DROP AS
SELECT d._system_id, d.ref, sr.id AS record_id, sr.customer_id,
       jsonb_build_object('name', d.ref) || d._bare
       || jsonb_build_object(
            'seen_at', coalesce(to_char(d.seen AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '')) AS payload
FROM (
  SELECT DISTINCT ON (r._system_id, ref) r._system_id, r."{column}" AS ref, r._bare, {moment} AS seen
  FROM imp_rows r WHERE r._bare IS NOT NULL AND r."{column}" <> '' AND position('/' IN r."{column}") = 0
  ORDER BY r._system_id, ref, seen DESC NULLS LAST, r._bare DESC
) d
LEFT JOIN customers_sourcerecord sr
  ON sr.system_id = d._system_id AND sr.kind = 'customers' AND sr.external_id = d.ref
WHERE sr.id IS NULL OR sr.digest = %(nil)s;
DELETE FROM imp_bare b USING customers_sourcerecord sr
WHERE sr.id = b.record_id
  AND (sr.payload ->> 'seen_at', sr.payload::text) >= (b.payload ->> 'seen_at', b.payload::text);
UPDATE imp_bare SET customer_id = nextval(pg_get_serial_sequence('customers_customer', 'id')) WHERE record_id IS NULL;
"""

_WRITE = """
INSERT INTO customers_sourcerecord
  (system_id, kind, external_id, digest, payload, customer_id, object_id, first_seen_at, changed_at)
SELECT _system_id, 'customers', ref, %(nil)s, payload, customer_id, customer_id, now(), now()
FROM imp_bare WHERE record_id IS NULL;
UPDATE customers_sourcerecord sr SET payload = b.payload, changed_at = now() FROM imp_bare b WHERE sr.id = b.record_id;
INSERT INTO imp_arrived SELECT 'customers', _system_id, ref FROM imp_bare WHERE record_id IS NULL;
"""

_TOUCHED = """
SELECT b.customer_id, left('rec:' || s.key || '/' || b.ref, 400)
FROM imp_bare b JOIN customers_sourcesystem s ON s.id = b._system_id
"""


def make_customers(cursor: CursorWrapper, spec: ImportSpec, reference: Reference) -> None:
    """Make or refresh the bare customers that rows of `imp_rows` name by `reference`."""
    cursor.execute("SELECT EXISTS (SELECT FROM imp_rows WHERE _bare IS NOT NULL)")
    if not cursor.fetchone()[0]:
        return
    cursor.execute(_WANTED.format(column=reference.column, moment=spec.moment), {"nil": NIL})
    cursor.execute(_WRITE, {"nil": NIL})
    survivorship.touch(cursor, _TOUCHED)
