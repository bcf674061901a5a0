-- Keeps the staged events that are new, notes the calls they belong to, and counts them. One index probe a line; once
-- somebody was erased one more for each line that begins a call: the number of an erased caller is gone from the line, and
-- with it the digest (customers/interactions/held.py), so the line is known by its call and moment. OFFSET 0 keeps it a
-- probe.
WITH new AS (
  INSERT INTO customers_callevent (system_id, callid, queue, at, agent, event, params, digest)
  SELECT %(system)s, callid, queue, to_timestamp(epoch), agent, event,
         CASE WHEN params = '' THEN '{}' ELSE string_to_array(params, '|') END, digest
  FROM staged_event s
  WHERE NOT (s.event = 'ENTERQUEUE' AND %(anyone_erased)s AND EXISTS (
    SELECT FROM customers_callevent e
    WHERE e.system_id = %(system)s AND e.callid = s.callid AND e.queue = s.queue AND e.event = s.event
      AND e.at = to_timestamp(s.epoch) AND e.digest = md5('erased ' || e.id)::uuid OFFSET 0))
  ON CONFLICT (system_id, digest) DO NOTHING
  RETURNING callid, queue, event
), touched AS (
  INSERT INTO touched_call
  SELECT DISTINCT callid, queue FROM new WHERE event = ANY(%(call_events)s) AND callid <> ALL(%(no_call)s)
)
SELECT count(*) FROM new
