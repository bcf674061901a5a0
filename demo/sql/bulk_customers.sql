-- Customers in any script, each with a phone number and an e-mail address, with what the contacts above say of them.
CREATE TEMP TABLE bulk_customer ON COMMIT DROP AS
SELECT k, pg_temp.customer_at(%(base)s, %(n)s, k) AS id, kind,
       CASE WHEN kind = 'person' THEN
         CASE mod(k, 4) WHEN 0 THEN s.surname || s.given_1 || s.given_2 ELSE s.first_name || ' ' || s.last_name END
       ELSE
         CASE mod(k, 4) WHEN 0 THEN s.city_cn || s.stem_cn || s.given_1 || s.sector_cn || '有限公司'
                        WHEN 1 THEN 'ООО «' || s.stem_ru || ' ' || k || '»'
                        ELSE s.stem || ' ' || s.last_name || ' ' || s.sector || ' ' || s.form END
       END AS name
FROM (
  SELECT k, CASE WHEN random() < 0.3 THEN 'person' ELSE 'organization' END AS kind,
         (%(surnames)s::text[])[1 + floor(random() * cardinality(%(surnames)s::text[]))] AS surname,
         (%(given)s::text[])[1 + floor(random() * cardinality(%(given)s::text[]))] AS given_1,
         (%(given)s::text[])[1 + floor(random() * cardinality(%(given)s::text[]))] AS given_2,
         (%(first_names)s::text[])[1 + floor(random() * cardinality(%(first_names)s::text[]))] AS first_name,
         (%(last_names)s::text[])[1 + floor(random() * cardinality(%(last_names)s::text[]))] AS last_name,
         (%(cities_cn)s::text[])[1 + floor(random() * cardinality(%(cities_cn)s::text[]))] AS city_cn,
         (%(stems_cn)s::text[])[1 + floor(random() * cardinality(%(stems_cn)s::text[]))] AS stem_cn,
         (%(sectors_cn)s::text[])[1 + floor(random() * cardinality(%(sectors_cn)s::text[]))] AS sector_cn,
         (%(stems_ru)s::text[])[1 + floor(random() * cardinality(%(stems_ru)s::text[]))] AS stem_ru,
         (%(stems)s::text[])[1 + floor(random() * cardinality(%(stems)s::text[]))] AS stem,
         (%(sectors)s::text[])[1 + floor(random() * cardinality(%(sectors)s::text[]))] AS sector,
         (%(forms)s::text[])[1 + floor(random() * cardinality(%(forms)s::text[]))] AS form
  FROM generate_series(0, %(n)s - 1) k OFFSET 0
) s;

INSERT INTO customers_customer (
  id, kind, name, tax_id, email, phone, address, city, region, country, postcode, industry, language, birth_date, link_key,
  provenance, tier_id, last_contact_at, created_at, updated_at)
SELECT c.id, c.kind, c.name, CASE WHEN c.kind = 'organization' THEN 'XX' || 100000000 + c.k ELSE '' END,
       'c' || c.k || '@customer' || mod(c.k, 977) || '.example', '+' || pg_temp.phone_at(c.k),
       'Street ' || mod(c.k, 400), (%(cities)s::text[])[1 + mod(c.k, cardinality(%(cities)s::text[]))], '',
       (ARRAY['CN', 'DE', 'GB'])[1 + mod(c.k, 3)], lpad(mod(c.k * 13, 99999)::text, 5, '0'),
       (ARRAY['machinery', 'food', 'trading', ''])[1 + mod(c.k, 4)], (ARRAY['zh', 'de', 'en'])[1 + mod(c.k, 3)], NULL, NULL,
       '{}', t.id, seen.latest, now(), now()
FROM bulk_customer c
JOIN bulk_tier t ON t.place = pg_temp.tier_place(%(n)s, c.k)
LEFT JOIN (
  SELECT customer_id, max(occurred_at) AS latest FROM customers_interaction
  WHERE id > %(interaction_base)s AND is_contact GROUP BY customer_id
) seen ON seen.customer_id = c.id;

INSERT INTO customers_contactpoint (customer_id, kind, raw, normalised)
SELECT c.id, point.kind, point.raw, point.normalised
FROM bulk_customer c
CROSS JOIN LATERAL (VALUES
  ('phone', '+' || pg_temp.phone_at(c.k), pg_temp.phone_at(c.k)),
  ('email', 'c' || c.k || '@customer' || mod(c.k, 977) || '.example', 'c' || c.k || '@customer' || mod(c.k, 977) || '.example')
) point (kind, raw, normalised);

INSERT INTO customers_tierassignment (customer_id, tier_id, valid, reason, figures, policy_id)
SELECT c.id, t.id, daterange(%(last)s::date - 740, NULL), 'policy', '{}', %(policy)s
FROM bulk_customer c JOIN bulk_tier t ON t.place = pg_temp.tier_place(%(n)s, c.k);
