-- All live calls and all agents who may act, at one position of the stream.
--
-- ARGV[1] prefix
-- Result  {now ms, epoch, offset, {{call id, JSON}, ...}, {{agent id, JSON}, ...}}; or the error FOREIGN key
local prefix = ARGV[1]
local offset, wrong = store_offset(prefix)
if wrong then return store_foreign(wrong) end
local function data(ids, key)
  local found = {}
  for _, id in ipairs(ids) do
    local json = redis.call('HGET', key .. id, 'data')
    if json then found[#found + 1] = {id, json} end
  end
  return found
end
-- A process of an older build may have put somebody among the agents who may not act.
local agents, out = redis.call('SMEMBERS', prefix .. ':agents'), prefix .. ':agents-out'
if redis.call('HLEN', out) > 0 then
  local active = {}
  for _, id in ipairs(agents) do
    if redis.call('HEXISTS', out, id) == 0 then active[#active + 1] = id end
  end
  agents = active
end
return {
  qnow(prefix), redis.call('GET', prefix .. ':epoch') or '', offset,
  data(redis.call('ZRANGE', prefix .. ':live', 0, -1), store_call_key(prefix, '')),
  data(agents, prefix .. ':agent:'),
}
