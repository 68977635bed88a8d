-- Commits one step of a call: the call, its agent, their events and the jobs that follow, or nothing at all.
--
-- ARGV[1]  prefix
-- ARGV[2]  call id
-- ARGV[3]  version of the call that the step was decided on; 0 = there was none
-- ARGV[4]  command id
-- ARGV[5]  '1' if the command may have been committed already, by a try whose answer was lost
-- ARGV[6]  the time that the step was decided with, ms; [7] by how much that may be wrong, ms
-- ARGV[8]  call JSON; [9] agent that holds it or ''; [10] number of events so far
-- ARGV[11] arrival, ms; [12] order in the queue or '' when it is not offered; [13] '1' when it is live
-- ARGV[14] how long an ended call is kept, ms
-- ARGV[15] agent id or ''; [16] version of the agent decided on; [17] agent JSON or '' when unchanged
-- ARGV[18] how many entries the stream keeps
-- ARGV[19] number of events E; [20] number of jobs J; [21] arguments of one job A
-- then E times: 'c' (of the call: kept in its own list too) or 'a' (of the agent), and the event JSON
-- then J times A arguments of the queue's push
--
-- Result {'ok', now ms, version, offset of the last event}
--        {'conflict', ...what load.lua answers}     somebody was faster; decide again on this
--        {'repeated', ...what load.lua answers}     the command was committed before
--        {'clock', ...what load.lua answers}        the time was wrong; decide again with this one
--        {'error', what}                            keys of a wrong type; nothing was written
local prefix, id, agent = ARGV[1], ARGV[2], ARGV[15]
local call_key = store_call_key(prefix, id)
local list, commands = call_key .. ':events', call_key .. ':commands'
local agent_key = prefix .. ':agent:' .. agent
local stream, live, waiting = prefix .. ':stream', prefix .. ':live', prefix .. ':waiting'

local wrong = store_wrong_type({
  [call_key] = 'hash', [list] = 'list', [commands] = 'list', [agent_key] = 'hash',
  [stream] = 'stream', [live] = 'zset', [waiting] = 'zset',
})
if wrong then return {'error', wrong} end

local now = qnow(prefix)
local function other(what)
  local answer = store_load(prefix, id, agent)
  table.insert(answer, 1, what)
  return answer
end

if ARGV[5] == '1' and redis.call('LPOS', commands, ARGV[4]) then return other('repeated') end
if math.abs(now - tonumber(ARGV[6])) > tonumber(ARGV[7]) then return other('clock') end
local call_version = tonumber(redis.call('HGET', call_key, 'version') or '0')
if call_version ~= tonumber(ARGV[3]) then return other('conflict') end
if agent ~= '' then
  local agent_version = tonumber(redis.call('HGET', agent_key, 'version') or '0')
  if agent_version ~= tonumber(ARGV[16]) then return other('conflict') end
end

local events, jobs, width = tonumber(ARGV[19]), tonumber(ARGV[20]), tonumber(ARGV[21])
local first_job = 22 + 2 * events
local trouble = qcheck(prefix, ARGV, first_job, jobs)
if trouble then return {'error', trouble} end

-- From here on nothing can fail.
redis.call('HSET', call_key, 'version', call_version + 1, 'data', ARGV[8], 'holder', ARGV[9], 'events', ARGV[10])
redis.call('LPUSH', commands, ARGV[4])
redis.call('LTRIM', commands, 0, 255)
if ARGV[17] ~= '' then
  redis.call('HSET', agent_key, 'version', tonumber(ARGV[16]) + 1, 'data', ARGV[17])
end

local offset = store_offset(prefix)
for i = 0, events - 1 do
  local kind, event = ARGV[22 + 2 * i], ARGV[23 + 2 * i]
  if kind == 'c' then redis.call('RPUSH', list, event) end
  offset = offset + 1
  redis.call('XADD', stream, 'MAXLEN', '~', ARGV[18], string.format('%d-0', offset), 'event', event)
  redis.call('PUBLISH', prefix .. ':events', string.format('%d ', offset) .. event)
end

if ARGV[13] == '1' then
  redis.call('ZADD', live, ARGV[11], id)
else
  redis.call('ZREM', live, id)
  for _, key in ipairs({call_key, list, commands}) do redis.call('PEXPIRE', key, ARGV[14]) end
end
if ARGV[12] ~= '' then redis.call('ZADD', waiting, ARGV[12], id) else redis.call('ZREM', waiting, id) end

for i = 0, jobs - 1 do qpush(prefix, ARGV, first_job + i * width) end
return {'ok', now, call_version + 1, offset}
