-- Functions of the store's scripts. Prepended after the queue's own.

-- A call's hash names the command of each of its last commits, so that a commit whose answer was lost can be
-- recognised. A retry comes within a budget of some hundred milliseconds; a call has some dozen commits in all.
local STORE_LOG = 256

local function store_call_key(prefix, id) return prefix .. ':call:' .. id end

-- The field that names the command of the commit that made this version.
local function store_log_field(version) return 'c' .. version % STORE_LOG end

-- The answer when something else is in our place; nothing has been written then.
local function store_foreign(what) return redis.error_reply('FOREIGN ' .. what) end

-- Fields of a hash; or nil and the key if it holds another type.
local function store_hash(key, ...)
  local found = redis.pcall('HMGET', key, ...)
  if found['err'] then return nil, key end
  return found
end

-- The first key that holds another type than it should, so that no write can fail half way.
local function store_wrong_type(kinds)
  for key, kind in pairs(kinds) do
    local found = redis.call('TYPE', key)['ok']
    if found ~= 'none' and found ~= kind then return key end
  end
  return nil
end

-- What load.lua answers. `lost` is the version that a commit of `command` was decided on whose answer never
-- came, or ''.
local function store_load(prefix, id, agent, command, lost)
  local key = store_call_key(prefix, id)
  local call = redis.call('HMGET', key, 'version', 'data', 'events', 'holder')
  local version = tonumber(call[1] or '0')
  local made = 0
  if lost ~= '' then
    local then_made = tonumber(lost) + 1
    local remembered = version >= then_made and version - then_made < STORE_LOG
    if remembered and redis.call('HGET', key, store_log_field(then_made)) == command then made = 1 end
  end
  if agent == '' then agent = call[4] or '' end
  local who = {false, false}
  if agent ~= '' then who = redis.call('HMGET', prefix .. ':agent:' .. agent, 'version', 'data') end
  local rank = redis.call('ZRANK', prefix .. ':waiting', id)
  return {
    qnow(prefix),
    version, call[2] or '', tonumber(call[3] or '0'),
    agent, tonumber(who[1] or '0'), who[2] or '',
    rank or -1,
    made,
  }
end

-- Keeps an agent among those who are available, or not, as their record says.
local function store_note_presence(available, agent, data)
  local known, record = pcall(cjson.decode, data)
  if known and type(record) == 'table' and record['presence'] == 'available' then
    redis.call('SADD', available, agent)
  else
    redis.call('SREM', available, agent)
  end
end

-- The number of the stream's last entry; or nil and the key if it holds something else. Entries have the ids
-- 1-0, 2-0, 3-0 ... without gaps, and trimming leaves the last one, so the stream is its own counter. One that
-- was emptied by hand still knows its last id.
local function store_offset(prefix)
  local key = prefix .. ':stream'
  local last = redis.pcall('XREVRANGE', key, '+', '-', 'COUNT', 1)
  if last['err'] then return nil, key end
  local id = '0-0'
  if #last > 0 then
    id = last[1][1]
  elseif redis.call('EXISTS', key) == 1 then
    local about = redis.call('XINFO', 'STREAM', key)
    for i = 1, #about, 2 do
      if about[i] == 'last-generated-id' then id = about[i + 1] end
    end
  end
  local offset = tonumber(string.match(id, '^(%d+)'))
  -- Beyond this, numbers in Lua have gaps.
  if offset > 9007199254740000 then return nil, key end
  return offset
end

-- Adds the entry after `offset` to the stream, tells whoever listens, and answers its number.
local function store_append(prefix, cap, offset, event)
  local number = string.format('%.0f', offset + 1)
  redis.call('XADD', prefix .. ':stream', 'MAXLEN', '~', cap, number .. '-0', 'event', event)
  redis.call('PUBLISH', prefix .. ':events', number .. ' ' .. event)
  return offset + 1
end

-- Memories of calls, by a mark that says nothing about them. Marks are as long as Redis keeps cheaply; that two of two
-- hundred thousand calls share one has a chance of one in a billion.
local STORE_REMEMBERED, STORE_MONTH = 200000, 30 * 24 * 3600 * 1000
local STORE_HOUR = 3600 * 1000

local function store_mark(id) return string.sub(redis.sha1hex(id), 1, 16) end

-- Remembers a call, and forgets the oldest: what is too much, and a few of those that are too old, so that no single
-- commit does the work of a month.
local function store_remember(key, id, now)
  redis.call('ZADD', key, now, store_mark(id))
  local excess = redis.call('ZCARD', key) - STORE_REMEMBERED
  if excess > 0 then redis.call('ZREMRANGEBYRANK', key, 0, excess - 1) end
  local old = redis.call('ZRANGEBYSCORE', key, '-inf', now - STORE_MONTH, 'LIMIT', 0, 8)
  if #old > 0 then redis.call('ZREM', key, unpack(old)) end
end

-- Calls on the account of `who` that may not have ended. Ended ones are taken out here and nowhere else, when there
-- seem to be too many: so it does not matter who ended them, or whether that one knew of limits.
local function store_live_of(prefix, key, limit)
  local live = redis.call('SCARD', key)
  if live < limit then return live end
  for _, id in ipairs(redis.call('SMEMBERS', key)) do
    if not redis.call('ZSCORE', prefix .. ':live', id) then
      redis.call('SREM', key, id)
      live = live - 1
    end
  end
  return live
end

-- `what` is '' or 'message', or the limits and on whose account the call is: 'LIVE HOURLY WHO'; 0 is no limit.
local function store_counted(prefix, what)
  local live, hourly, who = string.match(what, '^(%d+) (%d+) (.*)$')
  if not live then return nil end
  local key = prefix .. ':from:' .. redis.sha1hex(who)
  return {live = tonumber(live), hourly = tonumber(hourly), lives = key .. ':live', hour = key .. ':hour'}
end

-- Why an unknown call must not come to be: 'over', it ended or was refused before; 'limit', there are too many from its
-- number; or nil.
local function store_admission(prefix, id, now, what)
  local mark = store_mark(id)
  if redis.call('ZSCORE', prefix .. ':ended', mark) then return 'over' end
  local counted = store_counted(prefix, what)
  if redis.call('ZSCORE', prefix .. ':refused', mark) then
    if counted then return 'limit' end
    if what ~= 'message' then return 'over' end
  end
  if not counted then return nil end
  local many = counted.live > 0 and store_live_of(prefix, counted.lives, counted.live) >= counted.live
  if not many and counted.hourly > 0 then
    local hour = redis.call('HMGET', counted.hour, 'since', 'count')
    local within = hour[1] and now - tonumber(hour[1]) < STORE_HOUR
    many = within and tonumber(hour[2]) >= counted.hourly
  end
  if not many then return nil end
  store_remember(prefix .. ':refused', id, now)
  return 'limit'
end

-- Counts a call that came to be.
local function store_count(prefix, id, now, what)
  local counted = store_counted(prefix, what)
  if not counted then return end
  if counted.live > 0 then
    redis.call('SADD', counted.lives, id)
    redis.call('PEXPIRE', counted.lives, 24 * STORE_HOUR)
  end
  if counted.hourly > 0 then
    local since = redis.call('HGET', counted.hour, 'since')
    if not since or now - tonumber(since) >= STORE_HOUR then
      redis.call('HSET', counted.hour, 'since', now, 'count', 0)
    end
    redis.call('HINCRBY', counted.hour, 'count', 1)
    redis.call('PEXPIRE', counted.hour, 2 * STORE_HOUR)
  end
end
