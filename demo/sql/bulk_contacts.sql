-- Ten interactions a customer, four of them calls. Outcomes and durations follow the demo company's levels.
INSERT INTO customers_interaction (
  id, customer_id, contact_value, contact_normalised, matched_by_value, channel, direction, purpose, subject, body, outcome, occurred_at,
  duration_s, agent_name, team_id, tier_id, is_contact, created_at)
SELECT %(interaction_base)s + i, CASE WHEN known THEN pg_temp.customer_at(%(base)s, %(n)s, k) END,
       CASE WHEN is_call THEN '+' || pg_temp.phone_at(k) ELSE '' END,
       CASE WHEN is_call THEN pg_temp.phone_at(k) ELSE '' END, is_call,
       CASE WHEN is_call THEN 'phone' ELSE (%(channels)s::text[])[1 + floor(random() * cardinality(%(channels)s::text[]))] END,
       CASE WHEN is_call OR random() < 0.7 THEN 'in' ELSE 'out' END,
       (%(purposes)s::text[])[1 + mod(i, cardinality(%(purposes)s::text[]))],
       CASE WHEN is_call THEN '' ELSE (%(subjects)s::text[])[1 + floor(random() * cardinality(%(subjects)s::text[]))] END,
       CASE WHEN is_call THEN '' ELSE (%(comments)s::text[])[1 + floor(random() * cardinality(%(comments)s::text[]))] END,
       CASE WHEN NOT is_call THEN 'solved' WHEN fate < 0.85 THEN 'answered' WHEN fate < 0.95 THEN 'abandoned'
            WHEN fate < 0.98 THEN 'overflowed' ELSE 'rejected' END,
       pg_temp.working_time(%(last)s::date),
       CASE WHEN NOT is_call OR fate < 0.85 THEN 20 + floor(-ln(1 - random()) * 200)::int END,
       CASE WHEN is_call AND fate < 0.85 THEN 'SIP/' || (100 + mod(i, 60)) ELSE '' END,
       (%(teams)s::bigint[])[1 + mod(k, cardinality(%(teams)s::bigint[]))],
       CASE WHEN known THEN (SELECT t.id FROM bulk_tier t WHERE t.place = pg_temp.tier_place(%(n)s, k)) END,
       NOT is_call OR fate < 0.85, now()
FROM (
  SELECT i, i <= 4 * %(n)s AS is_call, pg_temp.popular(%(n)s) AS k, random() AS fate, random() < 0.93 AS known
  FROM generate_series(1, 10 * %(n)s) i OFFSET 0
) drawn;

INSERT INTO customers_call (
  system_id, callid, queue_id, interaction_id, entered_at, answered_at, ended_at, outcome, waited_ms, talk_ms, hold_ms,
  wrap_ms, position, caller, agent_name, team_id, tier_id)
SELECT %(system)s, 'b' || id, (%(queues)s::bigint[])[array_position(%(teams)s::bigint[], team_id)], id,
       occurred_at, CASE WHEN outcome = 'answered' THEN occurred_at + make_interval(secs => wait) END,
       occurred_at + make_interval(secs => wait + coalesce(duration_s, 0)), outcome,
       CASE WHEN outcome <> 'rejected' THEN wait * 1000 END, duration_s::bigint * 1000, 0, 0, 1, contact_value, agent_name,
       team_id, tier_id
FROM (
  SELECT *, floor(-ln(1 - random()) * CASE WHEN outcome = 'answered' THEN 35 ELSE 70 END)::bigint AS wait
  FROM customers_interaction
  WHERE id > %(interaction_base)s AND id <= %(interaction_base)s + 4 * %(n)s OFFSET 0
) drawn;

INSERT INTO service_surveyanswer (survey, customer_id, answered_at, score, choice, comment, channel, team_id, tier_id)
SELECT survey, pg_temp.customer_at(%(base)s, %(n)s, k), pg_temp.working_time(%(last)s::date),
       CASE survey WHEN 'csat' THEN 5 - floor(random() ^ 2 * 5)::int WHEN 'nps' THEN 10 - floor(random() ^ 2 * 11)::int
                   ELSE 7 - floor(random() ^ 2 * 7)::int END,
       '', '', (ARRAY['email', 'web', 'phone'])[1 + mod(k, 3)],
       (%(teams)s::bigint[])[1 + mod(k, cardinality(%(teams)s::bigint[]))],
       (SELECT t.id FROM bulk_tier t WHERE t.place = pg_temp.tier_place(%(n)s, k))
FROM (
  SELECT pg_temp.popular(%(n)s) AS k, (ARRAY['csat', 'csat', 'nps', 'ces'])[1 + mod(i, 4)] AS survey
  FROM generate_series(1, 3 * %(n)s / 10) i OFFSET 0
) drawn;
