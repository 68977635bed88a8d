-- Drops dead letters for good. Stands behind clock.lua, line.lua and settle.lua.
-- KEYS[1]  the deployment's prefix
-- ARGV[1]  queue
-- ARGV[2]  only those that died before this virtual time in ms
-- Result   how many were dropped; at most 1,000 a call, so call again while it is 1,000
local base = KEYS[1] .. ':q:' .. ARGV[1]
local ids = redis.call('ZRANGEBYSCORE', base .. ':dead', '-inf', '(' .. ARGV[2], 'LIMIT', 0, 1000)
for _, id in ipairs(ids) do
  redis.call('ZREM', base .. ':dead', id)
  redis.call('HDEL', base .. ':grave', id)
end
qcount(base, 'dropped_dead', #ids)
return #ids
