-- The queue's team and purpose, written through to its calls and their interactions.
UPDATE customers_call c SET team_id = q.team_id FROM customers_queue q
WHERE q.id = %(queue)s AND c.queue_id = q.id AND c.team_id IS DISTINCT FROM q.team_id;

UPDATE customers_interaction i SET team_id = q.team_id, purpose = q.purpose
FROM customers_call c JOIN customers_queue q ON q.id = c.queue_id
WHERE q.id = %(queue)s AND i.id = c.interaction_id
  AND (i.team_id, i.purpose) IS DISTINCT FROM (q.team_id, q.purpose);
