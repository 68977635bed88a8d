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

-- What load_agent.lua answers.
local function store_agent(prefix, id)
  local found = redis.call('HMGET', prefix .. ':agent:' .. id, 'version', 'data')
  return {tonumber(found[1] or '0'), found[2] or '', redis.call('HGET', prefix .. ':agents-out', id) or ''}
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
  local who = {0, '', ''}
  if agent ~= '' then who = store_agent(prefix, agent) end
  local rank = redis.call('ZRANK', prefix .. ':waiting', id)
  return {
    qnow(prefix),
    version, call[2] or '', tonumber(call[3] or '0'),
    agent, who[1], who[2],
    rank or -1,
    made,
    who[3],
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
