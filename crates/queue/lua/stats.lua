-- Counts the jobs of queues at one moment. Stands behind clock.lua.
-- KEYS[1]  the deployment's prefix
-- ARGV     queues; none = all that were ever pushed to
-- Result   { now, { name, ready, high, due, leased, dead, next, oldest, counts }, .. } by name; times in
--          virtual ms
--          ready: may run now, whether a worker has moved it to a list or not; high: of those, the ones in
--          the list of high priority; due: later; next: earliest time in the due set, -1 = none
--          oldest: envelopes next in line, one a list, '' = none; counts: { what, how often, .. }
local prefix = KEYS[1]
local now = qnow(prefix)
local queues = #ARGV > 0 and ARGV or redis.call('SMEMBERS', prefix .. ':q:queues')
table.sort(queues)
local result = { now }
for _, queue in ipairs(queues) do
  local base = prefix .. ':q:' .. queue
  local function next_in(line)
    local id = redis.call('LINDEX', base .. line, -1)
    return id and redis.call('HGET', base .. ':job', id) or ''
  end
  local ripe = redis.call('ZCOUNT', base .. ':due', '-inf', now)
  local high = redis.call('LLEN', base .. ':high')
  result[#result + 1] = {
    queue,
    redis.call('LLEN', base .. ':ready') + high + ripe,
    high,
    redis.call('ZCARD', base .. ':due') - ripe,
    redis.call('ZCARD', base .. ':lease'),
    redis.call('ZCARD', base .. ':dead'),
    tonumber(redis.call('ZRANGE', base .. ':due', 0, 0, 'WITHSCORES')[2] or -1),
    { next_in(':ready'), next_in(':high') },
    redis.call('HGETALL', base .. ':count'),
  }
end
return result
