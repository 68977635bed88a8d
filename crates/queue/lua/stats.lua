-- Counts the jobs of all queues at one moment. Stands behind clock.lua.
-- KEYS[1]  the deployment's prefix
-- Result   { now, { name, ready, due, leased, dead, next, oldest }, .. } by name; times in virtual ms
--          ready: may run now, whether a worker has moved it to the list or not; due: later
--          next: earliest time in the due set, -1 = none; oldest: envelope next in line, '' = none
local prefix = KEYS[1]
local now = qnow(prefix)
local queues = redis.call('SMEMBERS', prefix .. ':q:queues')
table.sort(queues)
local result = { now }
for _, queue in ipairs(queues) do
  local base = prefix .. ':q:' .. queue
  local ripe = redis.call('ZCOUNT', base .. ':due', '-inf', now)
  local first = redis.call('LINDEX', base .. ':ready', -1)
  result[#result + 1] = {
    queue,
    redis.call('LLEN', base .. ':ready') + ripe,
    redis.call('ZCARD', base .. ':due') - ripe,
    redis.call('ZCARD', base .. ':lease'),
    redis.call('ZCARD', base .. ':dead'),
    tonumber(redis.call('ZRANGE', base .. ':due', 0, 0, 'WITHSCORES')[2] or -1),
    first and redis.call('HGET', base .. ':job', first) or '',
  }
end
return result
