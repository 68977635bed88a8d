-- Reads an agent, and whether they may act.
--
-- ARGV[1] prefix, [2] agent id
-- Result  {version, agent JSON or '', exclusion JSON or ''}; version 0 and '' stand for what does not exist
return store_agent(ARGV[1], ARGV[2])
