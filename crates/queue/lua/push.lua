-- Fragment: how a job gets into a queue. Only local functions, so that a foreign script (a commit of
-- the store) can be this text followed by its own. It stands behind clock.lua and line.lua.
--
-- One push is QARGS = 6 consecutive entries of an argument array:
--   +0 queue      name, [a-z][a-z0-9-]*
--   +1 id         of the job; '' = the next number of the queue
--   +2 key        idempotency key; '' = none
--   +3 ttl        of the key in ms; '' without a key
--   +4 due        ms since the Unix epoch in virtual time; '' = now
--   +5 envelope   JSON object {"high":true,"name":..,"attempts":..,"traceparent":..,"payload":..};
--                 "high" comes first, or not at all
local QARGS = 6

-- qcheck(prefix, argv, from, count) -> nil, or why `count` pushes starting at argv[from] would fail.
-- Call it before the first write: Redis does not roll a script back.
local function qcheck(prefix, argv, from, count)
  if #argv < from + count * QARGS - 1 then return 'queue: arguments are missing' end
  local seen = {}
  local function wrong(key, want)
    if seen[key] then return nil end
    seen[key] = true
    local is = redis.call('TYPE', key).ok
    if is == 'none' or is == want then return nil end
    return 'queue: ' .. key .. ' holds a ' .. is .. ', not a ' .. want
  end
  local bad = wrong(prefix .. ':clock-offset', 'string') or wrong(prefix .. ':q:queues', 'set')
  for i = from, from + (count - 1) * QARGS, QARGS do
    if bad then return bad end
    local queue, id, key, ttl, due, envelope =
      argv[i], argv[i + 1], argv[i + 2], argv[i + 3], argv[i + 4], argv[i + 5]
    local base = prefix .. ':q:' .. queue
    -- 'idem' would put its lists among the idempotency keys.
    if not string.match(queue, '^[a-z][a-z0-9-]*$') or #queue > 64 or queue == 'idem' then
      return 'queue: bad queue name'
    end
    if #id > 512 or #key > 512 then return 'queue: an id or idempotency key is longer than 512 bytes' end
    if key ~= '' and (not string.match(ttl, '^[1-9]%d*$') or #ttl > 12) then
      return 'queue: an idempotency key needs a time to live'
    end
    if not string.match(due, '^%d*$') or #due > 15 then return 'queue: bad due time' end
    if string.sub(envelope, 1, 2) ~= '{"' then return 'queue: the envelope is no JSON object' end
    bad = wrong(base .. ':job', 'hash') or wrong(qline(base, envelope), 'list')
      or wrong(base .. ':due', 'zset')
    if not bad and key ~= '' then bad = wrong(prefix .. ':q:idem:' .. key, 'string') end
    if not bad and id == '' then
      bad = wrong(base .. ':seq', 'string')
      local seq = not bad and redis.call('GET', base .. ':seq')
      if seq and (not string.match(seq, '^%d+$') or #seq > 17) then
        return 'queue: ' .. base .. ':seq is no counter'
      end
    end
  end
  return bad
end

-- qpush(prefix, argv, from) -> 1 pushed, 0 already there (same id waiting, or same live key).
-- Cannot fail after qcheck. Wakes the workers when they could not know of the job otherwise: when it
-- is the first that is ready, or the next that is due.
local function qpush(prefix, argv, from)
  local queue, id, key, envelope = argv[from], argv[from + 1], argv[from + 2], argv[from + 5]
  local base = prefix .. ':q:' .. queue
  local now = qnow(prefix)
  local due = tonumber(argv[from + 4]) or 0
  if key ~= '' then
    -- The value is the end in virtual time, the Redis TTL the bound in real time.
    local till = tonumber(redis.call('GET', prefix .. ':q:idem:' .. key))
    if till and till > now then return 0 end
  end
  if id == '' then
    id = '#' .. string.format('%.0f', redis.call('INCR', base .. ':seq'))
  end
  local head = qhigh(envelope) and QHIGH or '{'
  local tail = string.sub(envelope, #head + 1)
  head = head .. '"pushed_at_ms":' .. string.format('%.0f', now)
  if due > now then head = head .. ',"due_ms":' .. string.format('%.0f', due) end
  if redis.call('HSETNX', base .. ':job', id, head .. ',' .. tail) == 0 then return 0 end
  redis.pcall('HINCRBY', base .. ':count', 'pushed', 1)
  if key ~= '' then
    local ttl = argv[from + 3]
    redis.call('SET', prefix .. ':q:idem:' .. key, string.format('%.0f', now + tonumber(ttl)), 'PX', ttl)
  end
  redis.call('SADD', prefix .. ':q:queues', queue)
  local first
  if due > now then
    redis.call('ZADD', base .. ':due', due, id)
    first = redis.call('ZRANGE', base .. ':due', 0, 0)[1] == id
  else
    first = redis.call('LPUSH', qline(base, envelope), id) == 1
  end
  if first then redis.call('PUBLISH', prefix .. ':q:wake', queue) end
  return 1
end
