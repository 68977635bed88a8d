-- Lets a job run that failed: gives a dead one another life, or ends the wait of one that is to be tried
-- again. Stands behind clock.lua, line.lua and settle.lua.
-- KEYS[1]  the deployment's prefix
-- ARGV[1]  queue
-- ARGV[2]  id
-- Result   1 = ready; a dead one has all its attempts again
--          0 = there is no such job that failed: it never did, it runs, or its id is in use again
local base, id = KEYS[1] .. ':q:' .. ARGV[1], ARGV[2]
local letter = redis.call('HGET', base .. ':grave', id)
local envelope = redis.call('HGET', base .. ':job', id)
if letter and not envelope then
  envelope = cjson.decode(letter).job
  redis.call('HSET', base .. ':job', id, envelope)
  redis.call('ZREM', base .. ':dead', id)
  redis.call('HDEL', base .. ':grave', id)
  qcount(base, 'requeued', 1)
elseif redis.call('HEXISTS', base .. ':fail', id) == 0 or redis.call('ZREM', base .. ':due', id) == 0 then
  -- A job that never failed waits for a time of its own, and nobody may make it run early.
  return 0
end
redis.call('LPUSH', qline(base, envelope), id)
redis.call('PUBLISH', KEYS[1] .. ':q:wake', ARGV[1])
return 1
