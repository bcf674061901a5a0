-- The customer (and their tier of the day) of calls whose number came, went or moved. Two index scans: the calls from
-- the numbers, and the calls of the customers named; an index probe a call for the tier. OFFSET 0 keeps it that: the
-- planner, who cannot know how few calls there are, reads everybody's assignments otherwise. A call that stays with its
-- customer keeps its tier: they may have been another's on that day, before the two became one.
CREATE TEMP TABLE rematched ON COMMIT DROP AS
WITH affected AS (
  SELECT i.id, i.contact_normalised, i.day FROM customers_interaction i
  WHERE i.matched_by_value AND i.channel = 'phone' AND i.contact_normalised = ANY(%(numbers)s)
  UNION
  SELECT i.id, i.contact_normalised, i.day FROM customers_interaction i
  WHERE i.customer_id = ANY(%(customers)s) AND i.matched_by_value AND i.channel = 'phone'
), owner AS MATERIALIZED (
  SELECT v.contact_normalised AS normalised, o.customer_id
  FROM (SELECT DISTINCT contact_normalised FROM affected) v CROSS JOIN LATERAL crm_point_owner(v.contact_normalised) o
)
SELECT c.id AS call_id, x.id AS interaction_id, o.customer_id, a.tier_id
FROM affected x
JOIN customers_call c ON c.interaction_id = x.id
LEFT JOIN owner o ON o.normalised = x.contact_normalised
LEFT JOIN LATERAL (SELECT t.tier_id FROM crm_tier_on(o.customer_id, x.day) t OFFSET 0) a ON true;

UPDATE customers_interaction i SET customer_id = r.customer_id, tier_id = r.tier_id FROM rematched r
WHERE i.id = r.interaction_id AND i.customer_id IS DISTINCT FROM r.customer_id;

UPDATE customers_call c SET tier_id = i.tier_id FROM rematched r JOIN customers_interaction i ON i.id = r.interaction_id
WHERE c.id = r.call_id AND c.tier_id IS DISTINCT FROM i.tier_id;

DROP TABLE rematched;
