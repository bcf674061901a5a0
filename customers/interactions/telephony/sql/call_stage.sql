-- The tables one transaction works in. IF NOT EXISTS and TRUNCATE: a transaction may record several batches.
CREATE TEMP TABLE IF NOT EXISTS staged_event (
  epoch numeric, callid text COLLATE "C", queue text COLLATE "C", agent text, event text, params text, digest uuid
) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS touched_call (callid text COLLATE "C", queue text COLLATE "C") ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS caller_number (caller text, normalised text COLLATE "C") ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS call_fact (
  callid text COLLATE "C", queue text COLLATE "C", entered_at timestamptz, answered_at timestamptz,
  ended_at timestamptz, outcome text, waited_ms bigint, talk_ms bigint, position int, caller text, agent_name text
) ON COMMIT DROP;
TRUNCATE staged_event, touched_call, caller_number, call_fact;
