-- How names with Chinese characters are typed in Latin letters: as the triggers would have written it.
INSERT INTO customers_customerspelling (customer_id, spelt)
SELECT id, crm_spelt(name) FROM customers_customer WHERE id > %(base)s AND name ~ '[㐀-鿿]'
