-- Rows of the audit are added, never changed and never removed: not by the application, not by the owner of the tables.
-- The one exception is crm_forget_person, which runs as the owner (SECURITY DEFINER): it is known by the role it runs
-- as and by standing in the stack of calls. Whoever else calls as the owner is refused as well.
CREATE OR REPLACE FUNCTION crm_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  calls text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    GET DIAGNOSTICS calls = PG_CONTEXT;
    IF calls ~ '(^|\n)[^\n"]* ({schema}\.)?crm_forget_person\(bigint,text,bigint,bigint\)'
       AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
    MESSAGE = 'the audit is append-only: ' || TG_OP || ' of ' || TG_TABLE_NAME || ' refused';
END $$;
