-- Leases waiting jobs to a worker. Stands behind clock.lua, line.lua and settle.lua.
-- KEYS[1]  the deployment's prefix
-- ARGV[1]  queue
-- ARGV[2]  how many jobs at most (1..200)
-- ARGV[3]  lease, ms of real time
-- ARGV[4]  1 = take expired leases away, 0 = leave them (just after an outage their holders come first)
-- ARGV[5]  worker, unique among all that ever ran on this Redis
-- ARGV[6]  number of this fetch, rising with each try of the worker; every eighth begins with the jobs
--          that are not of high priority, so that they get their turn however many of those there are
-- ARGV[7]  number of the last fetch whose answer the worker has seen
-- Result   { wait, now, more, reaped, buried, id, token, attempt, envelope, id, token, .. }
--          wait: µs until the next due time or lease expiry, -1 = none known
--          now: virtual ms; more: jobs still ready; reaped: leases taken away; buried: of those, dead
local prefix, queue, want, lease = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local worker, number, seen = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local base = prefix .. ':q:' .. queue
local ready, high, due, leases = base .. ':ready', base .. ':high', base .. ':due', base .. ':lease'
local micros, offset = qmicros(), qoffset(prefix)
local real = math.floor(micros / 1000)
local now = real + offset
local returned, reaped, buried = 0, 0, 0
qbegin(base)

-- An answer that never arrived leased jobs which nobody runs. The worker's next fetch gives them
-- back without a counted attempt; and a fetch overtaken by that one must not lease any more.
local sent_key = base .. ':sent:' .. worker
local sent = redis.call('GET', sent_key)
if sent then
  sent = cjson.decode(sent)
  if sent.number >= number then return { -1, now, redis.call('LLEN', ready) + redis.call('LLEN', high), 0, 0 } end
  if sent.number > seen then
    for i = 1, #sent.jobs, 2 do
      if qheld(base, sent.jobs[i], sent.jobs[i + 1]) then
        qhandback(base, sent.jobs[i])
        returned = returned + 1
      end
    end
  end
end

-- A lease that ran out is an attempt that failed: the worker died or stalled.
local function reap(id)
  local envelope = redis.call('HGET', base .. ':job', id)
  local ok, job = pcall(cjson.decode, envelope or '')
  local limit = ok and type(job) == 'table' and tonumber(job.attempts) or 1
  if not envelope then
    qforget(base, id)
  elseif qattempt(base, id) >= limit then
    qbury(base, id, now, 'the worker died or stalled in the last attempt: its lease ran out')
    buried = buried + 1
  else
    redis.call('ZREM', leases, id)
    redis.call('HSET', base .. ':fail', id, 'the worker died or stalled: its lease ran out')
    redis.call('RPUSH', qline(base, envelope), id)
  end
end

if ARGV[4] == '1' then
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', real, 'LIMIT', 0, 100)) do
    if pcall(reap, id) then
      reaped = reaped + 1
    else
      -- A key of a wrong type, which somebody has to see to: the other jobs must not wait for that.
      redis.call('ZADD', leases, real + lease, id)
    end
  end
  qcount(base, 'expired', reaped)
end

-- At most 200: unpack has a limit, and one script must not hold Redis for long.
local ripe = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, 200)
if #ripe > 0 then
  local envelopes, first, rest = redis.call('HMGET', base .. ':job', unpack(ripe)), {}, {}
  for i, id in ipairs(ripe) do
    local line = qhigh(envelopes[i]) and first or rest
    line[#line + 1] = id
  end
  if #first > 0 then redis.call('LPUSH', high, unpack(first)) end
  if #rest > 0 then redis.call('LPUSH', ready, unpack(rest)) end
  redis.call('ZREM', due, unpack(ripe))
end

local result, taken = { 0, now, 0, reaped, buried }, {}
local before, after = high, ready
if number % 8 == 0 then before, after = ready, high end
local ids = redis.call('RPOP', before, want) or {}
if #ids < want then
  for _, id in ipairs(redis.call('RPOP', after, want - #ids) or {}) do ids[#ids + 1] = id end
end
if #ids > 0 then
  local envelopes = redis.call('HMGET', base .. ':job', unpack(ids))
  local rels = redis.call('HMGET', base .. ':rel', unpack(ids))
  local expiries = {}
  for i, id in ipairs(ids) do
    if envelopes[i] then
      local token = redis.call('HINCRBY', base .. ':att', id, 1)
      local n = #result
      result[n + 1] = id
      result[n + 2] = token
      result[n + 3] = token - (tonumber(rels[i]) or 0)
      result[n + 4] = envelopes[i]
      expiries[#expiries + 1] = real + lease
      expiries[#expiries + 1] = id
      taken[#taken + 1] = id
      taken[#taken + 1] = string.format('%.0f', token)
    end
  end
  if #expiries > 0 then redis.call('ZADD', leases, unpack(expiries)) end
end
if #taken > 0 or seen < number - 1 then
  redis.call('SET', sent_key, cjson.encode({ number = number, jobs = taken }), 'PX', lease)
end

local more = redis.call('LLEN', ready) + redis.call('LLEN', high)
-- Others may be idle and cannot know of what this call made ready beyond its own wish.
if more > 0 and #ripe + reaped + returned > 0 then redis.call('PUBLISH', prefix .. ':q:wake', queue) end

local wait = -1
local next_due = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2]
if next_due then wait = math.max(0, tonumber(next_due) * 1000 - (micros + offset * 1000)) end
if ARGV[4] == '1' then
  local expiry = redis.call('ZRANGE', leases, 0, 0, 'WITHSCORES')[2]
  if expiry then
    expiry = math.max(0, tonumber(expiry) * 1000 - micros)
    if wait < 0 or expiry < wait then wait = expiry end
  end
end
result[1], result[3] = wait, more
return result
