-- Three orders a customer of one to three lines, an invoice for two of three, paid at once or later.
CREATE TEMP TABLE bulk_order ON COMMIT DROP AS
SELECT i, k, pg_temp.working_time(%(last)s::date) AS placed_at, 1 + floor(random() * 3)::int AS lines,
       CASE WHEN random() < 0.03 THEN 'cancelled' WHEN random() < 0.02 THEN 'placed' ELSE 'shipped' END AS status,
       (%(teams)s::bigint[])[1 + mod(k, cardinality(%(teams)s::bigint[]))] AS team_id,
       (SELECT t.id FROM bulk_tier t WHERE t.place = pg_temp.tier_place(%(n)s, k)) AS tier_id
FROM (SELECT i, pg_temp.popular(%(n)s) AS k FROM generate_series(1, 3 * %(n)s) i OFFSET 0) drawn;

-- Materialised: a product is drawn once a line, wherever the planner joins the products.
INSERT INTO customers_orderline (
  order_id, product_id, quantity, unit_price, unit_cost, amount_company, cost_company, day, counted, team_id, tier_id,
  product_group_id)
WITH line AS MATERIALIZED (
  SELECT %(order_base)s + o.i AS order_id, crm_day(o.placed_at) AS day, o.status <> 'cancelled' AS counted, o.team_id,
         o.tier_id, (CASE WHEN random() < 0.02 THEN -1 ELSE 1 + floor(random() * 4) END)::int AS quantity,
         1 + floor(random() * %(products)s)::int AS place
  FROM bulk_order o CROSS JOIN LATERAL generate_series(1, o.lines)
), product AS MATERIALIZED (
  SELECT id, unit_cost, group_id, round(unit_cost * 1.55, 2) AS price, row_number() OVER (ORDER BY id) AS place
  FROM customers_product WHERE system_id = %(system)s
)
SELECT l.order_id, p.id, l.quantity, p.price, p.unit_cost, l.quantity * p.price, l.quantity * p.unit_cost, l.day, l.counted,
       l.team_id, l.tier_id, p.group_id
FROM line l JOIN product p USING (place);

INSERT INTO customers_order (
  id, number, customer_id, placed_at, status, currency, amount, amount_company, team_id, tier_id)
SELECT %(order_base)s + o.i, 'B-' || %(order_base)s + o.i, pg_temp.customer_at(%(base)s, %(n)s, o.k), o.placed_at, o.status,
       %(currency)s, s.amount, s.amount, o.team_id, o.tier_id
FROM bulk_order o
JOIN (SELECT order_id, sum(amount_company) AS amount FROM customers_orderline
      WHERE order_id > %(order_base)s GROUP BY order_id) s ON s.order_id = %(order_base)s + o.i;

INSERT INTO customers_invoice (
  id, number, customer_id, order_id, issued_on, due_on, currency, amount, amount_company, paid, paid_on_time, settled_on,
  team_id, tier_id)
SELECT %(invoice_base)s + row_number() OVER (), 'R-' || id, customer_id, id, day + 1, day + 31, %(currency)s, amount, amount,
       CASE WHEN settled THEN amount ELSE 0 END, CASE WHEN settled AND late <= 0 THEN amount ELSE 0 END,
       CASE WHEN settled THEN day + 31 + late END, team_id, tier_id
FROM (
  SELECT *, day + 31 + late <= %(last)s::date AND random() < 0.985 AS settled
  FROM (
    SELECT *, (CASE WHEN random() < 0.8 THEN -floor(random() * 14) ELSE 1 + floor(random() * 40) END)::int AS late
    FROM customers_order
    WHERE id > %(order_base)s AND mod(id, 3) > 0 AND status <> 'cancelled' AND amount > 0
      AND day < %(last)s::date OFFSET 0
  ) ordered OFFSET 0
) billed;

INSERT INTO customers_payment (invoice_id, customer_id, paid_on, amount)
SELECT id, customer_id, settled_on, amount FROM customers_invoice WHERE id > %(invoice_base)s AND settled_on IS NOT NULL;
