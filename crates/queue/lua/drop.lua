-- Drops a job for good, dead or waiting. Stands behind clock.lua, line.lua and settle.lua.
-- KEYS[1]  the deployment's prefix
-- ARGV[1]  queue
-- ARGV[2]  id
-- Result   1 = gone, 0 = no such job, -1 = it runs. Finding one that is ready walks its list: some ms in
--          a million, for somebody who asked.
local base, id = KEYS[1] .. ':q:' .. ARGV[1], ARGV[2]
local envelope = redis.call('HGET', base .. ':job', id)
if not envelope then
  if redis.call('ZREM', base .. ':dead', id) == 0 then return 0 end
  redis.call('HDEL', base .. ':grave', id)
  qcount(base, 'dropped_dead', 1)
  return 1
end
if redis.call('ZSCORE', base .. ':lease', id) then return -1 end
if redis.call('ZREM', base .. ':due', id) == 0 then redis.call('LREM', qline(base, envelope), 1, id) end
qforget(base, id)
qcount(base, 'dropped', 1)
return 1
