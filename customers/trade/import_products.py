"""`products`: name, group and unit cost (company's currency) of what order lines sell; lines sold follow by trigger."""

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from customers.importing import parsers
from customers.importing.exports import Export, source, wanted_rows
from customers.importing.facts import Facts
from customers.importing.registry import Column, ImportSpec

# A product that stands there without a source record (made by hand) is the one the file means.
_PREPARE = """
UPDATE imp_keys k SET _old_object = p.id, _object = p.id FROM customers_product p
WHERE k._action = 'created' AND k._old_object IS NULL AND p.system_id = k._system_id AND p.code = k._key;
INSERT INTO customers_productgroup (name) SELECT DISTINCT k."group" FROM imp_keys k
WHERE k."group" <> '' AND k._action IN ('created', 'updated') ON CONFLICT (name) DO NOTHING;
"""


def prepare(cursor: CursorWrapper) -> None:
    cursor.execute(_PREPARE)


SPEC = ImportSpec(
    kind="products",
    label=_("products"),
    columns=(
        Column("external_id", parsers.text(100), required=True),
        Column("name", parsers.text(300), required=True),
        Column("group", parsers.text(150)),
        Column("unit_cost", parsers.decimal, sql="numeric(18,4)", empty=None),
    ),
    table="customers_product",
    prepare=(prepare,),
    write=(
        Facts(
            "customers_product",
            {
                "system_id": "k._system_id",
                "code": "k._key",
                "name": "k.name",
                "group_id": "g.id",
                "unit_cost": "k.unit_cost",
            },
            joins='LEFT JOIN customers_productgroup g ON g.name = k."group"',
        ),
    ),
)

EXPORT = Export(
    kind="products",
    select=f"""
    SELECT {source("s")}, f.code, f.name, g.name, trim_scale(f.unit_cost)
    FROM customers_product f JOIN customers_sourcesystem s ON s.id = f.system_id
    LEFT JOIN customers_productgroup g ON g.id = f.group_id
    WHERE {wanted_rows("f")} ORDER BY s.key, f.code
    """,  # noqa: S608 - constants of this code base
)
