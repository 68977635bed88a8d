-- Settles deliveries. Stands behind clock.lua, line.lua and settle.lua.
-- KEYS[1]  the deployment's prefix
-- ARGV[1]  queue
-- ARGV[2..] 5 entries a delivery: id, token, op, arg, note
--   done     ''        note: JSON object for the list of recent jobs, or '' to leave it out;
--                      the job is finished and forgotten
--   retry    delay ms  note: why it failed; again after the delay (virtual time), this attempt counts
--   again    delay ms  note: ''; again after the delay, and all attempts so far are forgotten
--   defer    delay ms  note: why; again after the delay, and this delivery does not count as an attempt
--   release  ''        note: ''; back to the front; this delivery does not count as an attempt
--   dead     ''        note: why; into the dead letters
-- Result   one 1 (applied), 0 (refused: no longer the holder) or -1 (failed) a delivery. One that
--          fails must not take the batch with it: the rest was executed and would be settled twice.
local prefix, queue = KEYS[1], ARGV[1]
local base = prefix .. ':q:' .. queue
local now, wake = qnow(prefix), false
local recent, counts = {}, { done = 0, retried = 0, again = 0 }

local RECENT = 100

local function later(id, delay)
  redis.call('ZREM', base .. ':lease', id)
  -- The clock is rounded down, so one more: a retry must not come early either.
  redis.call('ZADD', base .. ':due', delay > 0 and now + delay + 1 or now, id)
  if redis.call('ZRANGE', base .. ':due', 0, 0)[1] == id then wake = true end
end

local function settle(id, token, op, arg, note)
  if not qheld(base, id, token) then return 0 end
  if op == 'done' then
    qforget(base, id, token)
    counts.done = counts.done + 1
    if note ~= '' then
      recent[#recent + 1] = '{"at_ms":' .. string.format('%.0f', now) .. ',' .. string.sub(note, 2)
    end
  elseif op == 'dead' then
    qbury(base, id, now, note)
  elseif op == 'release' then
    qhandback(base, id)
    wake = true
  elseif op == 'retry' then
    redis.call('HSET', base .. ':fail', id, note)
    later(id, tonumber(arg))
    counts.retried = counts.retried + 1
  elseif op == 'defer' then
    redis.call('HSET', base .. ':fail', id, note)
    redis.call('HINCRBY', base .. ':rel', id, 1)
    later(id, tonumber(arg))
  elseif op == 'again' then
    redis.call('HSET', base .. ':rel', id, token)
    redis.call('HDEL', base .. ':fail', id)
    later(id, tonumber(arg))
    counts.again = counts.again + 1
  else
    error('unknown op ' .. op)
  end
  return 1
end

qbegin(base)
local result = {}
for i = 2, #ARGV, 5 do
  local ok, settled = pcall(settle, ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4])
  result[#result + 1] = ok and settled or -1
end
-- For people only, so a key of the wrong type there must not undo what was settled.
if #recent > 0 then
  redis.pcall('LPUSH', base .. ':recent', unpack(recent))
  redis.pcall('LTRIM', base .. ':recent', 0, RECENT - 1)
end
for what, count in pairs(counts) do qcount(base, what, count) end
if wake then redis.call('PUBLISH', prefix .. ':q:wake', queue) end
return result
