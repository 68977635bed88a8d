-- Settles deliveries. Stands behind clock.lua and settle.lua.
-- KEYS[1]  the deployment's prefix
-- ARGV[1]  queue
-- ARGV[2..] 4 entries a delivery: id, token, op, arg
--   done     ''        the job is finished and forgotten
--   retry    delay ms  again after the delay (virtual time); this attempt counts
--   again    delay ms  again after the delay, and all attempts so far are forgotten
--   release  ''        back to the front; this delivery does not count as an attempt
--   dead     reason    into the dead letters
-- Result   one 1 (applied), 0 (refused: no longer the holder) or -1 (failed) a delivery. One that
--          fails must not take the batch with it: the rest was executed and would be settled twice.
local prefix, queue = KEYS[1], ARGV[1]
local base = prefix .. ':q:' .. queue
local now, wake = qnow(prefix), false

local function settle(id, token, op, arg)
  if not qheld(base, id, token) then return 0 end
  if op == 'done' then
    qforget(base, id)
  elseif op == 'dead' then
    qbury(base, id, now, arg)
  elseif op == 'release' then
    qhandback(base, id)
    wake = true
  elseif op == 'retry' or op == 'again' then
    redis.call('ZREM', base .. ':lease', id)
    if op == 'again' then redis.call('HSET', base .. ':rel', id, token) end
    -- The clock is rounded down, so one more: a retry must not come early either.
    local delay = tonumber(arg)
    redis.call('ZADD', base .. ':due', delay > 0 and now + delay + 1 or now, id)
    if redis.call('ZRANGE', base .. ':due', 0, 0)[1] == id then wake = true end
  else
    error('unknown op ' .. op)
  end
  return 1
end

local result = {}
for i = 2, #ARGV, 4 do
  local ok, settled = pcall(settle, ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
  result[#result + 1] = ok and settled or -1
end
if wake then redis.call('PUBLISH', prefix .. ':q:wake', queue) end
return result
