-- The customer (and their tier of the day) of calls whose number came, went or moved. Two index scans: the calls from
-- the numbers, and the calls of the customers named.
CREATE TEMP TABLE rematched ON COMMIT DROP AS
WITH affected AS (
  SELECT i.id, i.contact_normalised, i.day FROM customers_interaction i
  WHERE i.matched_by_value AND i.channel = 'phone' AND i.contact_normalised = ANY(%(numbers)s)
  UNION
  SELECT i.id, i.contact_normalised, i.day FROM customers_interaction i
  WHERE i.customer_id = ANY(%(customers)s) AND i.matched_by_value AND i.channel = 'phone'
), owner AS MATERIALIZED (
  SELECT p.normalised, min(p.customer_id) AS customer_id FROM customers_contactpoint p
  WHERE p.kind = 'phone' AND p.normalised IN (SELECT contact_normalised FROM affected)
  GROUP BY p.normalised HAVING count(DISTINCT p.customer_id) = 1
)
SELECT c.id AS call_id, x.id AS interaction_id, o.customer_id, a.tier_id
FROM affected x
JOIN customers_call c ON c.interaction_id = x.id
LEFT JOIN owner o ON o.normalised = x.contact_normalised
LEFT JOIN customers_tierassignment a ON a.customer_id = o.customer_id AND a.valid @> x.day;

UPDATE customers_interaction i SET customer_id = r.customer_id, tier_id = r.tier_id FROM rematched r
WHERE i.id = r.interaction_id AND (i.customer_id, i.tier_id) IS DISTINCT FROM (r.customer_id, r.tier_id);

UPDATE customers_call c SET tier_id = r.tier_id FROM rematched r
WHERE c.id = r.call_id AND c.tier_id IS DISTINCT FROM r.tier_id;

DROP TABLE rematched;
