-- All live calls and all agents, at one position of the stream.
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
return {
  qnow(prefix), redis.call('GET', prefix .. ':epoch') or '', offset,
  data(redis.call('ZRANGE', prefix .. ':live', 0, -1), store_call_key(prefix, '')),
  data(redis.call('SMEMBERS', prefix .. ':agents'), prefix .. ':agent:'),
}
