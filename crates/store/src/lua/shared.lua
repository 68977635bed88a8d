-- Functions of the store's scripts. Prepended after the queue's own.

local function store_call_key(prefix, id) return prefix .. ':call:' .. id end

local function store_load(prefix, id, agent)
  local call = redis.call('HMGET', store_call_key(prefix, id), 'version', 'data', 'events', 'holder')
  if agent == '' then agent = call[4] or '' end
  local who = {false, false}
  if agent ~= '' then who = redis.call('HMGET', prefix .. ':agent:' .. agent, 'version', 'data') end
  local rank = redis.call('ZRANK', prefix .. ':waiting', id)
  return {
    qnow(prefix),
    tonumber(call[1] or '0'), call[2] or '', tonumber(call[3] or '0'),
    agent, tonumber(who[1] or '0'), who[2] or '',
    rank or -1,
  }
end

-- The first key that holds another type than `kind`, so that no write can fail half way.
local function store_wrong_type(kinds)
  for key, kind in pairs(kinds) do
    local found = redis.call('TYPE', key)['ok']
    if found ~= 'none' and found ~= kind then return key end
  end
  return nil
end

-- The number of the stream's last entry. Entries have the ids 1-0, 2-0, 3-0 ... without gaps, and a capped
-- stream is never emptied, so the stream is its own counter.
local function store_offset(prefix)
  local last = redis.call('XREVRANGE', prefix .. ':stream', '+', '-', 'COUNT', 1)
  if #last == 0 then return 0 end
  return tonumber(string.match(last[1][1], '^(%d+)'))
end
