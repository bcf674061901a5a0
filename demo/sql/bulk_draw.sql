-- What the statements after this one draw from. Popularity k runs from 0 (buys and calls most) to n − 1; the k-th
-- customer's id is scattered by a multiplication modulo n, so that the big ones do not stand together.
SELECT setseed(0.42);
CREATE TEMP TABLE bulk_tier ON COMMIT DROP AS
SELECT (SELECT id FROM customers_tier ORDER BY rank LIMIT 1 OFFSET place) AS id, place
FROM generate_series(0, (SELECT count(*)::int - 1 FROM customers_tier)) place;

-- Draws k with a long tail: the busiest fifth gets about half.
CREATE FUNCTION pg_temp.popular(n int) RETURNS int LANGUAGE sql VOLATILE AS
$$ SELECT least(n - 1, floor(n * random() ^ 2.2)::int) $$;
CREATE FUNCTION pg_temp.customer_at(base bigint, n int, k int) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT base + 1 + mod(k::bigint * 7919 + 17, n) $$;
CREATE FUNCTION pg_temp.tier_place(n int, k int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN k < n * 0.0002 THEN 0 WHEN k < n * 0.013 THEN 1 WHEN k < n * 0.2 THEN 2 ELSE 3 END $$;
CREATE FUNCTION pg_temp.phone_at(k int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE mod(k, 3) WHEN 0 THEN '8613' || lpad((k::bigint * 7 + 100000000)::text, 9, '0')
                         WHEN 1 THEN '4930' || lpad((k::bigint * 3 + 10000000)::text, 8, '0')
                         ELSE '4420' || lpad((k::bigint + 70000000)::text, 8, '0') END $$;
-- A moment of a working day, between 8 and 18 h, in the 730 days up to `last`.
CREATE FUNCTION pg_temp.working_time(last date) RETURNS timestamptz LANGUAGE sql VOLATILE AS
$$ SELECT (last - 7 * floor(random() * 104)::int - mod(extract(isodow FROM last)::int + 6 - floor(random() * 5)::int, 7))
          ::timestamp AT TIME ZONE 'UTC' + make_interval(secs => 28800 + floor(random() * 36000)) $$;
