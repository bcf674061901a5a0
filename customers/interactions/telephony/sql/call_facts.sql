-- What each touched call was, from all its events (never from the call as it stood): rules of docs/kpis, "Calls".
-- Ties in the same second are broken by the digest, so that the order of arrival cannot matter.
-- Cost: one index range scan a call and one sort of its few events. OFFSET 0 keeps it that: in the middle of a big
-- import the planner's statistics say that there are no events yet.
INSERT INTO call_fact
WITH timed AS (
  SELECT e.callid, e.queue, e.at, e.event, e.agent, e.params, e.digest,
         e.event = ANY(%(talk_events)s) AS ends_talk,
         e.event = 'ABANDON' OR e.event = ANY(%(overflow_events)s) OR e.event = ANY(%(reject_events)s) AS ends_wait,
         1000 * CASE
           WHEN e.event = 'CONNECT' THEN e.params[1]
           WHEN e.event = 'EXITWITHKEY' THEN e.params[4]
           WHEN e.event = 'ABANDON' OR e.event = ANY(%(overflow_events)s) THEN e.params[3]
           WHEN e.event = ANY(%(talk_events)s) THEN e.params[cardinality(e.params) - behind - 1]
         END::numeric AS wait_ms,
         1000 * CASE
           WHEN e.event = ANY(%(talk_events)s) THEN e.params[cardinality(e.params) - behind]
         END::numeric AS talk_ms
  FROM touched_call t
  CROSS JOIN LATERAL (
    SELECT * FROM customers_callevent x
    WHERE x.system_id = %(system)s AND x.callid = t.callid AND x.queue = t.queue OFFSET 0
  ) e
  CROSS JOIN LATERAL (
    -- how many parameters stand behind the talking time; TRANSFER had no original position before Asterisk 1.6
    SELECT CASE WHEN e.event = 'TRANSFER' AND cardinality(e.params) = 4 THEN 0 ELSE 1 END AS behind
  ) layout
  WHERE e.event = ANY(%(call_events)s)
), gathered AS (
  SELECT callid, queue,
         min(at) FILTER (WHERE event = 'ENTERQUEUE') AS entered,
         max(at) FILTER (WHERE event = 'ENTERQUEUE') AS last_entered,
         count(*) FILTER (WHERE event = 'ENTERQUEUE') AS entries,
         min(at) FILTER (WHERE event = 'CONNECT') AS connected,
         max(at) FILTER (WHERE event = 'CONNECT') AS last_connected,
         max(at) FILTER (WHERE ends_talk) AS completed,
         min(at - make_interval(secs => talk_ms / 1000.0)) FILTER (WHERE ends_talk) AS first_talk,
         sum(talk_ms) AS talk_ms,
         (array_agg(wait_ms ORDER BY at, digest) FILTER (WHERE event = 'CONNECT'))[1] AS connect_wait,
         (array_agg(wait_ms ORDER BY at, digest) FILTER (WHERE ends_talk))[1] AS complete_wait,
         (array_agg(event ORDER BY at DESC, digest) FILTER (WHERE ends_wait))[1] AS end_event,
         (array_agg(wait_ms ORDER BY at DESC, digest) FILTER (WHERE ends_wait))[1] AS end_wait,
         max(at) FILTER (WHERE ends_wait) AS ended,
         count(*) FILTER (WHERE ends_wait) AS endings,
         (array_agg(params[2] ORDER BY at, digest) FILTER (WHERE event = 'ENTERQUEUE' AND params[2] <> ''))[1] AS caller,
         (array_agg(params[3] ORDER BY at, digest) FILTER (
           WHERE event = 'ENTERQUEUE' AND params[3] ~ '^[0-9]{1,6}$'))[1] AS position,
         (array_agg(agent ORDER BY (event = 'CONNECT') DESC, at, digest) FILTER (
           WHERE (event = 'CONNECT' OR ends_talk) AND agent <> 'NONE'))[1] AS agent
  FROM timed GROUP BY callid, queue
), followed AS (
  -- Who left and queued again waits: the end that was seen is not the call's. In one second both are counted.
  SELECT *, coalesce(last_entered > ended OR last_entered = ended AND entries > endings, false) AS waits_again
  FROM gathered
), judged AS (
  SELECT *, coalesce(connected, completed) IS NOT NULL AS answered,
         completed >= coalesce(last_connected, completed) AS talk_over,
         coalesce(connected, first_talk) AS answered_at,
         coalesce(connect_wait, complete_wait) AS answered_wait,
         CASE WHEN end_event <> ALL(%(reject_events)s)
              THEN coalesce(end_wait, 1000 * extract(epoch FROM ended - least(entered, ended))) END AS unanswered_wait,
         CASE WHEN NOT waits_again THEN end_event END AS last_event
  FROM followed
)
SELECT callid, queue,
       CASE WHEN answered THEN coalesce(entered, answered_at - make_interval(secs => answered_wait / 1000.0))
            WHEN last_event = ANY(%(reject_events)s) THEN ended
            ELSE coalesce(entered, ended - make_interval(secs => coalesce(unanswered_wait, 0) / 1000.0)) END,
       CASE WHEN answered THEN answered_at END,
       CASE WHEN NOT answered THEN CASE WHEN NOT waits_again THEN ended END WHEN talk_over THEN completed END,
       CASE WHEN answered THEN 'answered'
            WHEN last_event = 'ABANDON' THEN 'abandoned'
            WHEN last_event = ANY(%(overflow_events)s) THEN 'overflowed'
            WHEN last_event = ANY(%(reject_events)s) THEN 'rejected'
            ELSE 'open' END,
       CASE WHEN answered THEN answered_wait WHEN NOT waits_again THEN unanswered_wait END,
       CASE WHEN answered AND talk_over THEN talk_ms END,
       position::int, coalesce(left(caller, 80), ''), CASE WHEN answered THEN coalesce(agent, '') ELSE '' END
FROM judged
