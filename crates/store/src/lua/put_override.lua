-- Puts an override of opening hours, or takes one back: with its event and its job, or not at all.
--
-- ARGV[1] prefix, [2] override id
-- ARGV[3] what is expected to be kept under that id: its JSON, or '' for nothing
-- ARGV[4] what is to be kept: its JSON, or '' to take it back
-- ARGV[5] when it ends, ms; [6] those that ended before this, ms, are not remembered as taken back any longer
-- ARGV[7] event JSON, [8] stream cap
-- ARGV[9] how many may be kept that end after ARGV[10], ms; whoever checks beforehand is not alone
-- ARGV[11] to [16] arguments of the queue's push
-- ARGV[17] and on: ids of overrides that ended long ago and are to be forgotten
--
-- Result {'ok'}
--        {'there', JSON or ''}   something else is kept under that id; nothing was written
--        {'full'}                so many are kept already; nothing was written
--        {'withdrawn'}           it was taken back before; nothing was written
--        or the error FOREIGN what; nothing was written
local prefix, id = ARGV[1], ARGV[2]
local overrides, withdrawn = prefix .. ':overrides', prefix .. ':overrides-withdrawn'
local wrong = store_wrong_type({[overrides] = 'hash', [withdrawn] = 'zset'})
local offset
if not wrong then offset, wrong = store_offset(prefix) end
if wrong then return store_foreign(wrong) end

if redis.call('ZSCORE', withdrawn, id) then return {'withdrawn'} end
local kept = redis.call('HGET', overrides, id) or ''
if kept ~= ARGV[3] then return {'there', kept} end
if kept == '' and ARGV[4] ~= '' then
  local to_come = 0
  for _, text in ipairs(redis.call('HVALS', overrides)) do
    local read, over = pcall(cjson.decode, text)
    -- What cannot be read may be a newer process' own, and counts.
    local ends = read and type(over) == 'table' and tonumber(over.untilMs)
    if not ends or ends > tonumber(ARGV[10]) then to_come = to_come + 1 end
  end
  if to_come >= tonumber(ARGV[9]) then return {'full'} end
end
wrong = qcheck(prefix, ARGV, 11, 1)
if wrong then return store_foreign(wrong) end

-- As in commit.lua: only the first write can be refused.
store_append(prefix, ARGV[8], offset, ARGV[7])
if ARGV[4] ~= '' then
  redis.call('HSET', overrides, id, ARGV[4])
else
  redis.call('HDEL', overrides, id)
  redis.call('ZADD', withdrawn, ARGV[5], id)
end
for i = 17, #ARGV do redis.call('HDEL', overrides, ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', withdrawn, '-inf', '(' .. ARGV[6])
qpush(prefix, ARGV, 11)
return {'ok'}
