-- Gives a dead job another life. Stands behind clock.lua.
-- KEYS[1]  the deployment's prefix
-- ARGV[1]  queue
-- ARGV[2]  id
-- Result   1 = ready again with all its attempts, 0 = no such dead letter, or its id is in use again
local base = KEYS[1] .. ':q:' .. ARGV[1]
local letter = redis.call('HGET', base .. ':grave', ARGV[2])
if not letter or redis.call('HEXISTS', base .. ':job', ARGV[2]) == 1 then return 0 end
redis.call('HSET', base .. ':job', ARGV[2], cjson.decode(letter).job)
redis.call('LPUSH', base .. ':ready', ARGV[2])
redis.call('ZREM', base .. ':dead', ARGV[2])
redis.call('HDEL', base .. ':grave', ARGV[2])
redis.call('PUBLISH', KEYS[1] .. ':q:wake', ARGV[1])
return 1
