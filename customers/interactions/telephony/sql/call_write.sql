-- Writes queues, interactions and calls that differ from `call_fact`. The customer of a call is whoever alone has
-- the caller's number; the tier is theirs as of that day. `call_now` stays, for whom the calls are and were.
ANALYZE call_fact, caller_number;

INSERT INTO customers_queue (name, team_id, purpose)
SELECT DISTINCT f.queue, t.id, '' FROM call_fact f LEFT JOIN accounts_team t ON t.key = f.queue
ON CONFLICT (name) DO NOTHING;

CREATE TEMP TABLE call_now ON COMMIT DROP AS
WITH owner AS MATERIALIZED (
  SELECT n.normalised, o.customer_id
  FROM (SELECT DISTINCT normalised FROM caller_number) n CROSS JOIN LATERAL crm_point_owner(n.normalised) o
), staff AS MATERIALIZED (
  SELECT phone_agent, min(id) AS agent_id FROM accounts_user WHERE phone_agent <> ''
  GROUP BY phone_agent HAVING count(*) = 1
)
SELECT f.*, q.id AS queue_id, q.team_id, q.purpose, coalesce(n.normalised, '') AS normalised,
       whose.customer_id, was.customer_id AS was_customer_id, a.tier_id, s.agent_id,
       coalesce(c.interaction_id, nextval(pg_get_serial_sequence('customers_interaction', 'id'))) AS interaction_id
FROM call_fact f
JOIN customers_queue q ON q.name = f.queue
LEFT JOIN caller_number n ON n.caller = f.caller
LEFT JOIN owner o ON o.normalised = n.normalised
LEFT JOIN staff s ON s.phone_agent = f.agent_name
LEFT JOIN LATERAL (
  SELECT x.interaction_id FROM customers_call x
  WHERE x.system_id = %(system)s AND x.callid = f.callid AND x.queue_id = q.id OFFSET 0
) c ON true
LEFT JOIN LATERAL (
  SELECT x.customer_id, x.matched_by_value FROM customers_interaction x WHERE x.id = c.interaction_id OFFSET 0
) was ON true
-- Of an erased person's call the number is gone; whose it was stays.
CROSS JOIN LATERAL (
  SELECT CASE WHEN coalesce(f.caller, '') = '' AND NOT was.matched_by_value THEN was.customer_id ELSE o.customer_id END
    AS customer_id
) whose
LEFT JOIN LATERAL (SELECT tier_id FROM crm_tier_on(whose.customer_id, crm_day(f.entered_at)) OFFSET 0) a ON true;

INSERT INTO customers_interaction AS i (
  id, customer_id, contact_value, contact_normalised, matched_by_value, channel, direction, purpose, subject, body, outcome, occurred_at,
  duration_s, agent_id, agent_name, team_id, tier_id, is_contact, created_at)
SELECT interaction_id, customer_id, caller, normalised, true, 'phone', 'in', purpose, '', '', outcome, entered_at,
       (talk_ms / 1000)::int, agent_id, agent_name, team_id, tier_id, ended.counts_as_contact, now()
FROM call_now CROSS JOIN LATERAL crm_outcome(outcome) ended
ON CONFLICT (id) DO UPDATE SET
  customer_id = excluded.customer_id, contact_value = excluded.contact_value,
  contact_normalised = excluded.contact_normalised, purpose = excluded.purpose, outcome = excluded.outcome,
  occurred_at = excluded.occurred_at, duration_s = excluded.duration_s, agent_id = excluded.agent_id,
  agent_name = excluded.agent_name, team_id = excluded.team_id, tier_id = excluded.tier_id,
  is_contact = excluded.is_contact
WHERE (i.customer_id, i.contact_value, i.contact_normalised, i.purpose, i.outcome, i.occurred_at, i.duration_s,
       i.agent_id, i.agent_name, i.team_id, i.tier_id, i.is_contact)
   IS DISTINCT FROM (excluded.customer_id, excluded.contact_value, excluded.contact_normalised, excluded.purpose,
       excluded.outcome, excluded.occurred_at, excluded.duration_s, excluded.agent_id, excluded.agent_name,
       excluded.team_id, excluded.tier_id, excluded.is_contact);

INSERT INTO customers_call AS c (
  system_id, callid, queue_id, interaction_id, entered_at, answered_at, ended_at, outcome, waited_ms, talk_ms,
  hold_ms, wrap_ms, position, caller, agent_name, agent_id, team_id, tier_id)
SELECT %(system)s, callid, queue_id, interaction_id, entered_at, answered_at, ended_at, outcome, waited_ms, talk_ms,
       0, 0, position, caller, agent_name, agent_id, team_id, tier_id
FROM call_now
ON CONFLICT (system_id, callid, queue_id) DO UPDATE SET
  interaction_id = excluded.interaction_id, entered_at = excluded.entered_at, answered_at = excluded.answered_at,
  ended_at = excluded.ended_at, outcome = excluded.outcome, waited_ms = excluded.waited_ms,
  talk_ms = excluded.talk_ms, position = excluded.position, caller = excluded.caller,
  agent_name = excluded.agent_name, agent_id = excluded.agent_id, team_id = excluded.team_id,
  tier_id = excluded.tier_id
WHERE (c.interaction_id, c.entered_at, c.answered_at, c.ended_at, c.outcome, c.waited_ms, c.talk_ms, c.position,
       c.caller, c.agent_name, c.agent_id, c.team_id, c.tier_id)
   IS DISTINCT FROM (excluded.interaction_id, excluded.entered_at, excluded.answered_at, excluded.ended_at,
       excluded.outcome, excluded.waited_ms, excluded.talk_ms, excluded.position, excluded.caller,
       excluded.agent_name, excluded.agent_id, excluded.team_id, excluded.tier_id);
