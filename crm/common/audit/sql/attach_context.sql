-- The context of an event: who acts, as the statement was told (pghistory). The library's own function keeps one row a
-- request and rewrites it when more is known; here each state is a row of its own, found by its digest, so that no row
-- ever changes and nobody is named for what was done before they were known. Cost: one probe of the primary key.
CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  request text := nullif(current_setting('pghistory.context_id', true), '');
  who text := nullif(current_setting('pghistory.context_metadata', true), '');
  context uuid;
BEGIN
  IF request IS NULL OR who IS NULL THEN
    RETURN NULL;
  END IF;
  context := md5(request || who)::uuid;
  INSERT INTO pghistory_context (id, metadata, created_at, updated_at) VALUES (context, who::jsonb, now(), now())
  ON CONFLICT (id) DO NOTHING;
  RETURN context;
END $$;
