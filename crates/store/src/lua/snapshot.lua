-- All live calls and all agents, at one position of the stream.
--
-- ARGV[1] prefix
-- Result  {now ms, epoch, offset, {call JSON, ...}, {agent JSON, ...}}
local prefix = ARGV[1]
local calls, agents = {}, {}
for _, id in ipairs(redis.call('ZRANGE', prefix .. ':live', 0, -1)) do
  local data = redis.call('HGET', store_call_key(prefix, id), 'data')
  if data then calls[#calls + 1] = data end
end
for _, id in ipairs(redis.call('SMEMBERS', prefix .. ':agents')) do
  local data = redis.call('HGET', prefix .. ':agent:' .. id, 'data')
  if data then agents[#agents + 1] = data end
end
return {qnow(prefix), redis.call('GET', prefix .. ':epoch') or '', store_offset(prefix), calls, agents}
