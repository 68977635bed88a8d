-- Fragment: ways out of a lease that several scripts share. Only local functions.

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

-- qforget(base, id): the job leaves the queue.
local function qforget(base, id)
  redis.call('ZREM', base .. ':lease', id)
  redis.call('HDEL', base .. ':job', id)
  redis.call('HDEL', base .. ':att', id)
  redis.call('HDEL', base .. ':rel', id)
end

-- qhandback(base, id): back to the front of the queue as if it had never been delivered.
local function qhandback(base, id)
  redis.call('ZREM', base .. ':lease', id)
  redis.call('HINCRBY', base .. ':rel', id, 1)
  redis.call('RPUSH', base .. ':ready', id)
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
  if redis.call('ZCARD', base .. ':dead') > QDEAD_LIMIT then
    local oldest = redis.call('ZPOPMIN', base .. ':dead')
    redis.call('HDEL', base .. ':grave', oldest[1])
  end
end
