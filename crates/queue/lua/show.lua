-- Shows jobs. Stands behind clock.lua.
-- KEYS[1]  the deployment's prefix
-- ARGV[1]  queue
-- ARGV[2]  which: 'ready', 'high', 'due', 'lease' or 'dead', or 'id' for one by its id
-- ARGV[3]  how many at most (1..1000), or the id
-- Result   { now, { id, state, envelope, letter, deliveries, handbacks, score, why }, .. }, those that are
--          next first, the newest dead first; now: virtual ms
--          state: as ARGV[2]; letter: JSON of a dead one, else ''; score: of its sorted set, else ''
--          (due and death in virtual ms, the end of a lease in real ms); why: its last failure, else ''
local base, which, arg = KEYS[1] .. ':q:' .. ARGV[1], ARGV[2], ARGV[3]
local result = { qnow(KEYS[1]) }

local function show(id, state, score)
  result[#result + 1] = {
    id, state,
    redis.call('HGET', base .. ':job', id) or '',
    state == 'dead' and redis.call('HGET', base .. ':grave', id) or '',
    tonumber(redis.call('HGET', base .. ':att', id) or 0),
    tonumber(redis.call('HGET', base .. ':rel', id) or 0),
    score or '',
    redis.call('HGET', base .. ':fail', id) or '',
  }
end

if which == 'id' then
  for _, state in ipairs({ 'lease', 'due', 'dead' }) do
    local score = redis.call('ZSCORE', base .. ':' .. state, arg)
    if score and (state ~= 'dead' or redis.call('HEXISTS', base .. ':job', arg) == 0) then
      show(arg, state, score)
      return result
    end
  end
  if redis.call('HEXISTS', base .. ':job', arg) == 1 then show(arg, 'ready') end
elseif which == 'ready' or which == 'high' then
  local ids = redis.call('LRANGE', base .. ':' .. which, -arg, -1)
  for i = #ids, 1, -1 do show(ids[i], which) end
else
  local range = which == 'dead' and 'ZREVRANGE' or 'ZRANGE'
  local found = redis.call(range, base .. ':' .. which, 0, arg - 1, 'WITHSCORES')
  for i = 1, #found, 2 do show(found[i], which, found[i + 1]) end
end
return result
