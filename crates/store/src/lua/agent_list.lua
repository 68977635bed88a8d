-- Says with which list of agents a process was started, and tells which one counts.
--
-- The one that was seen first last: during a rolling update that is the new one, whichever process starts again
-- meanwhile. One that no process stands behind any more is forgotten, so that going back to an older one works as well.
--
-- ARGV[1] prefix, [2] name of the list, [3] for how long the process stands behind it without saying so again, ms
-- Result  the name of the list that counts; or the error FOREIGN key
local prefix, list = ARGV[1], ARGV[2]
local lists, held = prefix .. ':agent-lists', prefix .. ':agent-lists-held'
local wrong = store_wrong_type({[lists] = 'zset', [held] = 'zset'})
if wrong then return store_foreign(wrong) end
-- Real time: what is measured is whether a process lives.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if not redis.call('ZSCORE', lists, list) then
  local newest = redis.call('ZREVRANGE', lists, 0, 0, 'WITHSCORES')
  redis.call('ZADD', lists, tonumber(newest[2] or '0') + 1, list)
end
redis.call('ZADD', held, now + tonumber(ARGV[3]), list)
redis.call('ZREMRANGEBYSCORE', held, '-inf', now)
local counts = list
for _, one in ipairs(redis.call('ZREVRANGE', lists, 0, -1)) do
  if redis.call('ZSCORE', held, one) then
    counts = one
    break
  end
  redis.call('ZREM', lists, one)
end
-- Older ones are kept, so that a process that comes back with one does not seem to bring a new one; but not all.
redis.call('ZREMRANGEBYRANK', lists, 0, -33)
return counts
