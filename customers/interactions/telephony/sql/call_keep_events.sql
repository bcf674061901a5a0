-- Keeps the staged events that are new, notes the calls they belong to, and counts them. One index probe a line.
WITH new AS (
  INSERT INTO customers_callevent (system_id, callid, queue, at, agent, event, params, digest)
  SELECT %(system)s, callid, queue, to_timestamp(epoch), agent, event,
         CASE WHEN params = '' THEN '{}' ELSE string_to_array(params, '|') END, digest
  FROM staged_event
  ON CONFLICT (system_id, digest) DO NOTHING
  RETURNING callid, queue, event
), touched AS (
  INSERT INTO touched_call
  SELECT DISTINCT callid, queue FROM new WHERE event = ANY(%(call_events)s) AND callid <> ALL(%(no_call)s)
)
SELECT count(*) FROM new
