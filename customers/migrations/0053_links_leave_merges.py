"""What is linked when it comes leaves a merge: the links that are there get theirs, and keys follow the rule of today.

Rows change in steps. Killed, it begins again where it was: every statement finds what is there. Who is linked stays linked; who would be one by the rule of today stays two.
"""

import re
from time import monotonic

from django.db import migrations, transaction

FIRST, LEAST, MOST, STEP_S = 1_000, 100, 100_000, 0.5
MOST_RECORDS = 50
# The rule as it is with this version: what an earlier one wrote is brought to it.
LONGEST = 400
DOTTED = frozenset(["gmail.com", "googlemail.com"])
TAGGED = DOTTED | frozenset(
    [
        "fastmail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mac.com",
        "me.com",
        "msn.com",
        "outlook.com",
        "pm.me",
        "proton.me",
        "protonmail.com",
    ]
)
FORMS = frozenset(
    [
        "aps",
        "bvba",
        "doo",
        "ehf",
        "eirl",
        "eood",
        "hf",
        "kft",
        "lda",
        "ltda",
        "nyrt",
        "ohg",
        "ood",
        "pvt",
        "sasu",
        "snc",
        "sprl",
        "tbk",
        "uab",
        "zrt",
        "ао",
        "зао",
        "оао",
        "ооо",
        "пао",
    ]
)
ENDING = re.compile(
    "(?:股份有限公司|有限责任公司|有限公司|股份公司|集团公司|总公司|集团|公司|株式会社|合同会社|有限会社"
    "| sp z oo| sa de cv| s de rl de cv| sdn bhd| a s| s a| s r l| gmbh co kg)$"
)
BEGINNING = re.compile("^(?:株式会社|合同会社|有限会社)")

KEYS = """
SELECT id, kind, link_key FROM customers_customer
WHERE id > %(after)s AND id <= %(up_to)s AND link_key ~ '^(tax|mail|phone):'
"""
# Somebody may have the new key, and two may come to the same: they keep theirs, which no file brings any more.
RENEW = """
UPDATE customers_customer c SET link_key = n.key FROM (
  SELECT DISTINCT ON (key) id, key FROM unnest(%(ids)s::bigint[], %(keys)s::text[]) u (id, key) ORDER BY key, id
) n WHERE c.id = n.id AND NOT EXISTS (SELECT FROM customers_customer x WHERE x.link_key = n.key)
"""
ABSORBED = """
SELECT id, coalesce(snapshot #>> '{customer,kind}', ''), link_key FROM customers_merge
WHERE undone_at IS NULL AND link_key ~ '^(tax|mail|phone):'
"""
RENEW_ABSORBED = """
UPDATE customers_merge m SET link_key = %(key)s WHERE m.id = %(id)s
  AND NOT EXISTS (SELECT FROM customers_merge x WHERE x.link_key = %(key)s AND x.undone_at IS NULL)
"""
# The first record of a customer, or of one who was absorbed, is theirs; the others came to it, and what had come under
# them is not noted (`former`). What people typed of somebody is no link.
LINKS = """
WITH records AS (
  SELECT r.id, r.customer_id, r.payload ->> 'name' AS name, r.first_seen_at, s.key AS system, e.id AS entry, m.id AS merge,
         coalesce(m.absorbed_id, r.customer_id) AS survivor_id, m.link_key,
         first_value(r.id) OVER (PARTITION BY r.customer_id, m.id ORDER BY r.id) AS first
  FROM customers_sourcerecord r JOIN customers_sourcesystem s ON s.id = r.system_id
  LEFT JOIN customers_mergedrow e ON e.relation = 'customers_sourcerecord' AND e.row_id = r.id
  LEFT JOIN customers_merge m ON m.id = e.merge_id
  WHERE r.customer_id > %(after)s AND r.customer_id <= %(up_to)s AND r.kind = 'customers'
    AND r.digest <> '00000000-0000-0000-0000-000000000000' AND m.how IS DISTINCT FROM 'link'
), linked AS MATERIALIZED (
  SELECT r.*, nextval(pg_get_serial_sequence('customers_merge', 'id')) AS link,
         coalesce(r.link_key, CASE WHEN r.merge IS NULL THEN c.link_key END) AS key
  FROM records r JOIN customers_customer c ON c.id = r.customer_id WHERE r.id <> r.first AND r.system <> 'crm:typed'
), made AS (
  INSERT INTO customers_merge
    (id, survivor_id, absorbed_id, root_id, name, key, record_id, how, at, snapshot, gave, moved)
  SELECT link, survivor_id, nextval(pg_get_serial_sequence('customers_customer', 'id')), customer_id,
         coalesce(name, ''), CASE WHEN key !~ '^rec:' THEN key END, id, 'link', first_seen_at, '{"former": true}', '{}', '{}'
  FROM linked
), moved AS (
  UPDATE customers_mergedrow e SET merge_id = l.link FROM linked l WHERE e.id = l.entry
)
INSERT INTO customers_mergedrow (merge_id, relation, row_id)
SELECT link, 'customers_sourcerecord', id FROM linked WHERE entry IS NULL
"""
# Who is linked by such a key stays; nobody else is from now on.
SHARED = f"""
INSERT INTO customers_sharedkey (key, at, is_apart)
SELECT key, now(), true FROM customers_merge WHERE key IS NOT NULL GROUP BY key HAVING count(*) >= {MOST_RECORDS}
ON CONFLICT DO NOTHING
"""


def in_steps(connection, work):
    """Over all customers by id, in steps of about half a second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM customers_customer")
        ((last,),) = cursor.fetchall()
    after, most = 0, FIRST
    while after < last:
        began = monotonic()
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            work(cursor, {"after": after, "up_to": after + most})
        after, took = after + most, max(monotonic() - began, 0.001)
        most = max(LEAST, min(MOST, 2 * most, int(most * STEP_S / took)))


def renewed(key, kind):
    """The key by the rule of today; one of a tax ID that cannot be one stays, as no file brings it any more."""
    what, _colon, said = key.partition(":")
    if what != "tax" and not re.search("#[0-9a-f]{64}$", said):
        point, _bar, name = said.partition("|")
        said = f"{comparable_email(point) if what == 'mail' else point}|{without_form(name)}"
    new = f"{'person:' if kind == 'person' else ''}{what}:{said}"
    return new if len(new) <= LONGEST else key


def comparable_email(address):
    box, _at, domain = address.rpartition("@")
    if domain not in TAGGED:
        return address
    box = box.partition("+")[0] or box
    return f"{box.replace('.', '')}@gmail.com" if domain in DOTTED else f"{box}@{domain}"


def without_form(name):
    ended = ENDING.sub("", name).strip() or name
    begun = BEGINNING.sub("", ended).strip() or ended
    kept = [word for word in begun.split() if word not in FORMS]
    return " ".join(kept) or begun


def renew_keys(apps, schema_editor):
    def step(cursor, values):
        cursor.execute(KEYS, values)
        renewing = [(pk, key, renewed(key, kind)) for pk, kind, key in cursor.fetchall()]
        changed = [(pk, new) for pk, key, new in renewing if new != key]
        if changed:
            cursor.execute(RENEW, {"ids": [pk for pk, _key in changed], "keys": [key for _pk, key in changed]})

    in_steps(schema_editor.connection, step)
    with transaction.atomic(using=schema_editor.connection.alias), schema_editor.connection.cursor() as cursor:
        cursor.execute(ABSORBED)
        for pk, kind, key in cursor.fetchall():
            cursor.execute(RENEW_ABSORBED, {"id": pk, "key": renewed(key, kind)})


def leave_links(apps, schema_editor):
    in_steps(schema_editor.connection, lambda cursor, values: cursor.execute(LINKS, values))
    with transaction.atomic(using=schema_editor.connection.alias), schema_editor.connection.cursor() as cursor:
        cursor.execute(SHARED)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0053_columns_of_links")]
    operations = [
        migrations.RunPython(renew_keys, migrations.RunPython.noop),
        migrations.RunPython(leave_links, migrations.RunPython.noop),
    ]
