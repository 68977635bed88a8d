-- One beat of a realtime process: it lives, and it has these connections.
--
-- A process has a set of the agents who are connected there, or were a moment ago. It is not written while they stay;
-- a process that was not heard of for some seconds leaves its set to whoever beats next.
--
-- ARGV[1] prefix, [2] process, [3] for how long it lives without another beat, ms
-- ARGV[4] '1' when its set begins anew; then the agents to add
-- Result  {version of who may act, number of agents, agents in the process's set before what was added,
--          {agents taken over, ...}}; or the error FOREIGN key
local prefix, process = ARGV[1], ARGV[2]
local processes, own = prefix .. ':realtimes', prefix .. ':realtime:' .. process
local wrong = store_wrong_type({
  [processes] = 'zset', [own] = 'set', [prefix .. ':agents'] = 'set', [prefix .. ':agents-out-version'] = 'string',
})
if wrong then return store_foreign(wrong) end
-- Real time: what is measured is whether a process lives.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

redis.call('ZADD', processes, now + tonumber(ARGV[3]), process)
if ARGV[4] == '1' then redis.call('DEL', own) end
local size = redis.call('SCARD', own)
for from = 5, #ARGV, 1000 do
  redis.call('SADD', own, unpack(ARGV, from, math.min(from + 999, #ARGV)))
end
local taken = {}
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', processes, '-inf', now)) do
  local left = prefix .. ':realtime:' .. dead
  for _, agent in ipairs(redis.call('SMEMBERS', left)) do
    if redis.call('SADD', own, agent) == 1 then taken[#taken + 1] = agent end
  end
  redis.call('DEL', left)
  redis.call('ZREM', processes, dead)
end

return {
  tonumber(redis.call('GET', prefix .. ':agents-out-version') or '0'), redis.call('SCARD', prefix .. ':agents'),
  size, taken,
}
