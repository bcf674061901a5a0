"""The SQL of the frame, put together from a spec: the staging table and the two temporary tables of a chunk.

`imp_rows`: the chunk's file rows. `imp_keys`: one row per record with its resolved references and `_action`, one of
created, updated, unchanged, parked, rejected. `_record_id` is its record's id where there is one, `_record` also that
of one which is made now. Internal columns start with an underscore; the others are the spec's.
"""

from django.utils.translation import gettext_lazy

from customers.importing.registry import ImportSpec, Reference, get_spec

STAGING = "staging"
"""The one schema in which the application may make tables."""

NIL = "00000000-0000-0000-0000-000000000000"
"""Digest of a bare record: made because something referred to it, before its own row came."""

ERASED = "ffffffff-ffff-ffff-ffff-ffffffffffff"
"""Digest of a record whose person was erased on request: nothing is written to its row any more."""

ERASED_REASON = gettext_lazy("erased on request")

BUCKETS = 65_536
INTERNAL = (
    ("_line", "bigint"),
    ("_bucket", "integer"),
    ("_key", 'text COLLATE "C"'),
    ("_digest", "uuid"),
    ("_extra", "jsonb"),
    ("_bare", "jsonb"),
)


def stage_name(batch_id: int) -> str:
    return f"{STAGING}.import_stage_{int(batch_id)}"


def quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def typed(spec: ImportSpec) -> list[tuple[str, str]]:
    """The spec's columns in the staging table: canonical, then derived."""
    return [(column.name, column.sql) for column in spec.columns] + list(spec.derived)


def create_stage(spec: ImportSpec, batch_id: int) -> str:
    columns = ", ".join(f'"{name}" {type_}' for name, type_ in (*INTERNAL, *typed(spec)))
    name = stage_name(batch_id)
    return f"DROP TABLE IF EXISTS {name}; CREATE UNLOGGED TABLE {name} ({columns})"


def copy_stage(spec: ImportSpec, batch_id: int) -> str:
    """COPY of CSV: an unquoted empty cell is NULL, except in columns whose empty is ''."""
    names = [name for name, _type in (*INTERNAL, *typed(spec))]
    texts = [name for name, type_ in typed(spec) if type_.startswith("text")]
    options = "FORMAT csv" + (f", FORCE_NOT_NULL ({quoted(['_key', *texts])})")
    return f"COPY {stage_name(batch_id)} ({quoted(names)}) FROM STDIN WITH ({options})"


# Customers whose row will change: `settles` those whose fields their records say anew (made under `link_key` when they
# do not exist), else those whose last contact may be another. Their rows are locked last and in one order, so that
# nobody at work on a customer waits for a chunk.
CREATE_TOUCHED = """
DROP TABLE IF EXISTS imp_touched;
CREATE TEMP TABLE imp_touched (customer_id bigint, link_key text, settles boolean) ON COMMIT DROP
"""
ANYONE_TOUCHED = "SELECT EXISTS (SELECT FROM imp_touched)"
LOCK_TOUCHED = """
SELECT FROM customers_customer WHERE id IN (SELECT customer_id FROM imp_touched) ORDER BY id FOR NO KEY UPDATE
"""


def create_rows(spec: ImportSpec) -> str:
    columns = ", ".join(f'"{name}" {type_}' for name, type_ in (*INTERNAL, *typed(spec)))
    return (
        "DROP TABLE IF EXISTS imp_rows, imp_grouped, imp_refs, imp_keys, imp_bare;"
        f"CREATE TEMP TABLE imp_rows (_system_id bigint, {columns}) ON COMMIT DROP; {CREATE_TOUCHED}"
    )


def fill_rows_from_stage(spec: ImportSpec, batch_id: int) -> str:
    names = quoted([name for name, _type in (*INTERNAL, *typed(spec))])
    return (
        f"INSERT INTO imp_rows (_system_id, {names}) SELECT %(system)s, {names} FROM {stage_name(batch_id)}"
        " WHERE _bucket >= %(first)s AND _bucket < %(last)s"
    )


def copy_rows(spec: ImportSpec) -> str:
    """As `copy_stage`, straight into the chunk."""
    names = [name for name, _type in (*INTERNAL, *typed(spec))]
    texts = [name for name, type_ in typed(spec) if type_.startswith("text")]
    options = f"FORMAT csv, FORCE_NOT_NULL ({quoted(['_key', *texts])})"
    return f"COPY imp_rows (_system_id, {quoted(names)}) FROM STDIN WITH ({options})"


FILL_ROWS_FROM_PARKED = """
INSERT INTO imp_rows SELECT x.* FROM customers_parkedrow p, LATERAL jsonb_populate_recordset(NULL::imp_rows, p.rows) x
WHERE p.id = ANY(%(ids)s)
"""

# What another freed or replaced before the locks were ours is its business.
TAKE_PARKED = """
WITH taken AS (DELETE FROM customers_parkedrow WHERE id = ANY(%(ids)s) RETURNING system_id, external_id)
DELETE FROM imp_rows r WHERE NOT EXISTS (
  SELECT FROM taken t WHERE t.system_id = r._system_id AND t.external_id = r._key)
"""

# The due rows of one kind and system, first come first.
NEXT_DUE = """
SELECT kind, system_id, array_agg(id ORDER BY id), min(batch_id) FROM (
  SELECT * FROM customers_parkedrow WHERE is_due ORDER BY kind, system_id, id LIMIT %(most)s) p
GROUP BY kind, system_id ORDER BY kind, system_id LIMIT 1
"""


def named_sources(reference: Reference) -> str:
    return (
        f"SELECT DISTINCT lower(split_part(\"{reference.column}\", '/', 1)) FROM imp_rows"
        f" WHERE position('/' IN \"{reference.column}\") > 0 LIMIT %s"
    )


def group_rows(spec: ImportSpec) -> str:
    """One row per record. Cost: one sort of the chunk."""
    if not spec.many:
        return """
        CREATE TEMP TABLE imp_grouped ON COMMIT DROP AS
        SELECT DISTINCT ON (_system_id, _key) r.*, count(*) OVER (PARTITION BY _system_id, _key) AS _rows,
               ''::text AS _conflict, ''::text AS _conflict_column
        FROM imp_rows r ORDER BY _system_id, _key, _line DESC
        """
    headers = ", ".join(f'{expression} AS "{name}"' for name, expression in spec.headers.items())
    when = " ".join(f"WHEN {test} THEN %(conflict_{name})s" for name, test in spec.conflicts.items())
    where = " ".join(f"WHEN {test} THEN '{name}'" for name, test in spec.conflicts.items())
    return f"""
    CREATE TEMP TABLE imp_grouped ON COMMIT DROP AS
    SELECT _system_id, _key, count(*) AS _rows, min(_line) AS _line,
           md5(string_agg(_digest::text, '' ORDER BY _digest))::uuid AS _digest,
           jsonb_agg(_extra ORDER BY _extra::text) FILTER (WHERE _extra IS NOT NULL) AS _extra,
           {headers},
           CASE {when} ELSE '' END AS _conflict, CASE {where} ELSE '' END AS _conflict_column
    FROM imp_rows GROUP BY _system_id, _key
    """


CREATE_REFS = """
CREATE TEMP TABLE imp_refs (kind text, _system_id bigint, ref text, id bigint, record_id bigint) ON COMMIT DROP
"""


def fill_refs(reference: Reference) -> str:
    """Look each distinct reference up: in its own system, else as `source/id` in another. Two index probes each."""
    target = get_spec(reference.kind).record_column
    kind, column = reference.kind, reference.column
    return f"""
    INSERT INTO imp_refs
    SELECT '{kind}', d._system_id, d.ref, coalesce(own.{target}, other.{target}),
           CASE WHEN own.{target} IS NOT NULL THEN own.id ELSE other.id END
    FROM (SELECT DISTINCT _system_id, "{column}" AS ref FROM imp_grouped WHERE "{column}" <> '') d
    LEFT JOIN customers_sourcerecord own
      ON own.system_id = d._system_id AND own.kind = '{kind}' AND own.external_id = d.ref
    LEFT JOIN customers_sourcesystem s ON position('/' IN d.ref) > 0 AND s.key = lower(split_part(d.ref, '/', 1))
    LEFT JOIN customers_sourcerecord other
      ON other.system_id = s.id AND other.kind = '{kind}'
     AND other.external_id = substr(d.ref, position('/' IN d.ref) + 1)
    """


def next_id(table: str) -> str:
    """A new id in that table; its sequence is looked up once a statement."""
    return f"nextval((SELECT pg_get_serial_sequence('{table}', 'id')::regclass))"


def make_keys(spec: ImportSpec) -> str:
    """Join records and references onto the grouped rows and decide what happens to each."""
    absent = [f"(g.\"{ref.column}\" <> '' AND r{i}.id IS NULL)" for i, ref in enumerate(spec.references)]
    columns = "".join(f', r{i}.id AS "{ref.into}"' for i, ref in enumerate(spec.references))
    joins = "".join(
        f" LEFT JOIN imp_refs r{i} ON r{i}.kind = '{ref.kind}' AND r{i}._system_id = g._system_id"
        f' AND r{i}.ref = g."{ref.column}"'
        for i, ref in enumerate(spec.references)
    )
    kinds = " ".join(f"WHEN {test} THEN '{ref.kind}'" for test, ref in zip(absent, spec.references, strict=True))
    refs = " ".join(f'WHEN {test} THEN g."{ref.column}"' for test, ref in zip(absent, spec.references, strict=True))
    waits = (
        f"CASE {kinds} END AS _waits_kind, CASE {refs} END AS _waits_ref"
        if absent
        else ("NULL::text AS _waits_kind, NULL::text AS _waits_ref")
    )
    fresh = next_id(spec.table) if spec.table else "NULL::bigint"
    return f"""
    CREATE TEMP TABLE imp_keys ON COMMIT DROP AS
    SELECT q.*, CASE WHEN _action = 'created' AND _old_object IS NULL THEN {fresh} ELSE _old_object END AS _object,
      CASE WHEN _action = 'created' AND _record_id IS NULL THEN {next_id("customers_sourcerecord")} ELSE _record_id END
        AS _record
    FROM (
      SELECT g.*{columns}, sr.id AS _record_id, sr.{spec.record_column} AS _old_object, {waits},
        CASE WHEN g._conflict <> '' OR sr.digest = '{ERASED}' THEN 'rejected'
             WHEN {" OR ".join(absent) or "false"} THEN 'parked'
             WHEN sr.id IS NULL OR sr.digest = '{NIL}' THEN 'created'
             WHEN sr.digest = g._digest THEN 'unchanged' ELSE 'updated' END AS _action
      FROM imp_grouped g
      LEFT JOIN customers_sourcerecord sr
        ON sr.system_id = g._system_id AND sr.kind = '{spec.kind}' AND sr.external_id = g._key{joins}
    ) q
    """


ANYTHING_NEW = "SELECT EXISTS (SELECT FROM imp_keys WHERE _action IN ('created', 'updated'))"


def payload(spec: ImportSpec) -> str:
    if not spec.keeps_payload:
        return "k._extra"
    pairs = ", ".join(f"'{c.name}', nullif(k.\"{c.name}\"::text, '')" for c in spec.columns if c.name != spec.key)
    said = f"jsonb_strip_nulls(jsonb_build_object({pairs}))"
    return f"CASE WHEN k._extra IS NULL THEN {said} ELSE {said} || jsonb_build_object('extra', k._extra) END"


def value_times(spec: ImportSpec) -> str:
    """Since when a record that is updated says each value: of what has changed it is now, and all a bare record says is
    new. What a record said from the beginning has no entry, so that new records cost nothing.
    """
    times = []
    for name in (column.name for column in spec.columns if column.name != spec.key):
        said = f"nullif(k.\"{name}\"::text, '')"
        is_new = f"sr.digest = '{NIL}' OR {said} IS DISTINCT FROM sr.payload ->> '{name}'"
        since = f"CASE WHEN {is_new} THEN to_jsonb(now()) ELSE sr.value_times -> '{name}' END"
        times.append(f"'{name}', CASE WHEN {said} IS NOT NULL THEN {since} END")
    return f"nullif(jsonb_strip_nulls(jsonb_build_object({', '.join(times)})), '{{}}')"


def write_records(spec: ImportSpec) -> str:
    """Remember what was seen: insert the new records, update the bare and the changed ones."""
    has_customer = spec.keeps_payload
    customer = "k.customer_id" if has_customer else "NULL::bigint"
    times = f" value_times = {value_times(spec)}," if spec.keeps_times else ""
    return f"""
    INSERT INTO customers_sourcerecord
      (id, system_id, kind, external_id, digest, payload, customer_id, object_id, first_seen_at, changed_at)
    SELECT k._record, k._system_id, '{spec.kind}', k._key, k._digest, {payload(spec)}, {customer}, k._object,
           now(), now()
    FROM imp_keys k WHERE k._action = 'created' AND k._record_id IS NULL;
    UPDATE customers_sourcerecord sr
    SET digest = k._digest, payload = {payload(spec)}, object_id = k._object, changed_at = now(),{times}
        customer_id = {customer if has_customer else "sr.customer_id"}
    FROM imp_keys k WHERE sr.id = k._record_id AND k._record_id IS NOT NULL AND k._action IN ('created', 'updated');
    """


# In the order of their ids, as whoever marks them as due does.
PARK = """
SELECT FROM customers_parkedrow p JOIN imp_keys k ON p.system_id = k._system_id AND p.external_id = k._key
WHERE p.kind = %(kind)s AND k._action <> 'rejected' ORDER BY p.id FOR UPDATE OF p;
DELETE FROM customers_parkedrow p USING imp_keys k
WHERE p.system_id = k._system_id AND p.kind = %(kind)s AND p.external_id = k._key AND k._action <> 'rejected';
INSERT INTO customers_parkedrow
  (batch_id, system_id, kind, external_id, rows, waits_for_system_id, waits_for_kind, waits_for_id, parked_at)
SELECT %(batch)s, k._system_id, %(kind)s, k._key, said.rows,
       CASE WHEN position('/' IN k._waits_ref) = 0 THEN k._system_id END, k._waits_kind, k._waits_ref, now()
FROM imp_keys k JOIN (
  SELECT r._system_id, r._key, jsonb_agg(to_jsonb(r) ORDER BY r._line) AS rows
  FROM imp_rows r JOIN imp_keys w ON w._system_id = r._system_id AND w._key = r._key
  WHERE w._action = 'parked' AND (%(many)s OR r._line = w._line) GROUP BY r._system_id, r._key
) said ON said._system_id = k._system_id AND said._key = k._key
WHERE k._action = 'parked';
"""

# Under the headers of the file, the values as they were read. `headers` and `bare`: the header by column, of the spec's
# own and of those that say something of a record to be made.
REJECT_CONFLICTS = """
INSERT INTO customers_importreject (batch_id, line, "column", reason, row)
SELECT %(batch)s, r._line, k._conflict_column, k._conflict,
       (SELECT jsonb_object_agg(header, coalesce(said, '')) FROM (
          SELECT h.value, to_jsonb(r) ->> h.key FROM jsonb_each_text(%(headers)s::jsonb) h
          UNION ALL SELECT b.value, r._bare ->> b.key FROM jsonb_each_text(%(bare)s::jsonb) b
        ) shown (header, said)) || coalesce(r._extra, '{}')
FROM imp_keys k JOIN imp_rows r ON r._system_id = k._system_id AND r._key = k._key
WHERE k._action = 'rejected' AND k._conflict <> %(erased)s;
"""

# Of people who were erased only the line and the reason: their row is what is not to be kept.
REJECT_ERASED = """
INSERT INTO customers_importreject (batch_id, line, "column", reason, row)
SELECT %(batch)s, r._line, k._conflict_column, k._conflict, '{}'
FROM imp_keys k JOIN imp_rows r ON r._system_id = k._system_id AND r._key = k._key
WHERE k._action = 'rejected' AND k._conflict = %(erased)s
"""
NAME_ERASED = """
UPDATE imp_keys SET _conflict = %(erased)s, _conflict_column = %(key)s WHERE _action = 'rejected' AND _conflict = ''
"""
ANYTHING_REJECTED = "SELECT EXISTS (SELECT FROM imp_keys WHERE _action = 'rejected')"

# What is known of the records with these keys, unless a newer word of them waits.
DIGESTS = """
SELECT sr.external_id, sr.digest FROM customers_sourcerecord sr
WHERE sr.system_id = %(system)s AND sr.kind = %(kind)s AND sr.external_id = ANY(%(keys)s)
  AND NOT EXISTS (SELECT FROM customers_parkedrow p
    WHERE p.system_id = sr.system_id AND p.kind = sr.kind AND p.external_id = sr.external_id)
"""

OUTCOME = "SELECT _key, _action, _conflict, _conflict_column, _waits_kind, _waits_ref FROM imp_keys"

ANY_DUE = "SELECT EXISTS (SELECT FROM customers_parkedrow WHERE is_due)"

COUNT = "SELECT _action, sum(_rows) FROM imp_keys GROUP BY _action"

MAKE_TEAMS = """
INSERT INTO accounts_team (key, name, is_active) SELECT DISTINCT team, team, true FROM imp_grouped WHERE team <> ''
ORDER BY team ON CONFLICT (key) DO NOTHING
"""

CREATE_ARRIVED = """
DROP TABLE IF EXISTS imp_arrived;
CREATE TEMP TABLE imp_arrived (kind text, system_id bigint, id text COLLATE "C") ON COMMIT DROP
"""

ARRIVE = """
INSERT INTO imp_arrived SELECT %(kind)s, k._system_id, k._key FROM imp_keys k WHERE k._action = 'created'
  AND EXISTS (SELECT FROM customers_parkedrow p WHERE p.waits_for_kind = %(kind)s)
"""

ANYONE_WAITS = """
SELECT EXISTS (SELECT FROM customers_parkedrow p WHERE p.waits_for_kind IN (SELECT DISTINCT kind FROM imp_arrived))
"""

# Rows waiting for what arrived: by id in the same system, by an id with a slash in it, by source/id.
# Index probes; the last one reads the rows that wait for another system's.
MARK_DUE = """
ANALYZE imp_arrived;
WITH wanted AS (
  SELECT p.id FROM imp_arrived a JOIN customers_parkedrow p
    ON p.waits_for_kind = a.kind AND p.waits_for_system_id = a.system_id AND p.waits_for_id = a.id
  UNION
  SELECT p.id FROM imp_arrived a JOIN customers_parkedrow p
    ON p.waits_for_kind = a.kind AND p.waits_for_system_id IS NULL AND p.system_id = a.system_id
   AND p.waits_for_id = a.id
  UNION
  SELECT p.id FROM imp_arrived a JOIN customers_sourcesystem s ON s.id = a.system_id JOIN customers_parkedrow p
    ON p.waits_for_kind = a.kind AND p.waits_for_system_id IS NULL AND lower(split_part(p.waits_for_id, '/', 1)) = s.key
   AND substr(p.waits_for_id, position('/' IN p.waits_for_id) + 1) = a.id
), found AS (
  SELECT p.id FROM customers_parkedrow p WHERE p.id IN (SELECT id FROM wanted) ORDER BY p.id FOR NO KEY UPDATE
)
UPDATE customers_parkedrow p SET is_due = true FROM found WHERE p.id = found.id
"""

# What cannot be applied waits again, until it is delivered anew.
NOT_DUE = "UPDATE customers_parkedrow SET is_due = false WHERE id = ANY(%(ids)s)"

# The team of a fact; `k` is imp_keys.
JOIN_TEAM = "LEFT JOIN accounts_team team ON team.key = k.team"
