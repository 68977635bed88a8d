-- Reads a call, and the agent that a step on it concerns.
--
-- ARGV[1] prefix, [2] call id, [3] agent id or '' for the one that holds the call
-- ARGV[4] command id, [5] the version that a commit of it was decided on whose answer never came, or ''
-- Result  {now ms, call version, call JSON, events so far, agent id, agent version, agent JSON,
--          how many wait before it or -1, 1 if that commit went through,
--          why the agent may not act, as exclusion JSON, or ''}
--         version 0 and '' stand for what does not exist.
return store_load(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5])
