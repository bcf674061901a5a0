-- Blank what events say of a customer, and leave a row that says that it was done and by whom, never what stood there.
-- Returns how many events were blanked. Cost: index probes by customer, row and contact. Written anew from the declarations of the
-- tracked tables (crm.common.audit.tracking) after every migration. It runs as its owner, who owns the tables: the role
-- of the application may call it, and do nothing else to these rows. With `contact`, what they say of that person alone.
DROP FUNCTION IF EXISTS crm_forget_person(bigint, text, bigint);
CREATE OR REPLACE FUNCTION crm_forget_person(customer bigint, reason text, by_user bigint, contact bigint DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
  found bigint;
  blanked bigint := 0;
BEGIN
  IF customer IS NULL OR by_user IS NULL OR coalesce(trim(reason), '') = '' THEN
    RAISE EXCEPTION 'whom to forget, why, and who says so must be given' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  IF contact IS NULL THEN
{customers}
  ELSE
{contacts}
  END IF;
  INSERT INTO common_auditentry (at, user_id, what, count, details)
  VALUES (now(), by_user, 'person.forgotten', blanked, jsonb_strip_nulls(
    jsonb_build_object('customer', customer, 'contact', contact, 'reason', reason)));
  RETURN blanked;
END $$;
