-- Fragment: ways out of a lease that several scripts share. Only local functions. Stands behind line.lua.

-- qbegin(base): the first write of a script, without effect. A Redis that refuses writes refuses this one, before
-- anything is done by halves. One that is full looks at the first write only and lets those pass that cannot
-- enlarge it: settling makes room, so it must not wait for room.
local function qbegin(base)
  redis.call('ZREM', base .. ':lease', '')
end

-- qheld(base, id, token) -> whether delivery `token` still owns the job. The token is the number of
-- deliveries and only ever rises, so an older holder can never pass.
local function qheld(base, id, token)
  return redis.call('HGET', base .. ':att', id) == token and redis.call('ZSCORE', base .. ':lease', id)
end

-- qattempt(base, id) -> the attempts that count: deliveries minus hand-backs.
local function qattempt(base, id)
  local att, rel = redis.call('HGET', base .. ':att', id), redis.call('HGET', base .. ':rel', id)
  return (tonumber(att) or 0) - (tonumber(rel) or 0)
end

-- qcount(base, what, by): counts for good what became of the queue's jobs. For people only, so a broken
-- counter must not stop a job.
local function qcount(base, what, by)
  if by > 0 then redis.pcall('HINCRBY', base .. ':count', what, by) end
end

-- qforget(base, id, token): the job leaves the queue. What only later deliveries have is not looked for
-- after the first; nil = it may be there.
local function qforget(base, id, token)
  redis.call('ZREM', base .. ':lease', id)
  redis.call('HDEL', base .. ':job', id)
  redis.call('HDEL', base .. ':att', id)
  if token ~= '1' then
    redis.call('HDEL', base .. ':rel', id)
    redis.call('HDEL', base .. ':fail', id)
  end
end

-- qhandback(base, id): back to the front of the queue as if it had never been delivered.
local function qhandback(base, id)
  redis.call('ZREM', base .. ':lease', id)
  redis.call('HINCRBY', base .. ':rel', id, 1)
  redis.call('RPUSH', qline(base, redis.call('HGET', base .. ':job', id)), id)
end

-- The dead letters are for people to read; a fault that buries everything must not fill Redis.
local QDEAD_LIMIT = 10000

-- qbury(base, id, now, reason): into the dead letters, with all that is needed to push it again.
local function qbury(base, id, now, reason)
  local letter = {
    reason = reason, died_at_ms = now, attempts = qattempt(base, id),
    job = redis.call('HGET', base .. ':job', id) or '',
  }
  redis.call('HSET', base .. ':grave', id, cjson.encode(letter))
  redis.call('ZADD', base .. ':dead', now, id)
  qforget(base, id)
  qcount(base, 'dead', 1)
  if redis.call('ZCARD', base .. ':dead') > QDEAD_LIMIT then
    local oldest = redis.call('ZPOPMIN', base .. ':dead')
    redis.call('HDEL', base .. ':grave', oldest[1])
    qcount(base, 'forgotten', 1)
  end
end
