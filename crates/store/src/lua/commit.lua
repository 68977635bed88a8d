-- Commits one step of a call: the call, its agent, their events and the jobs that follow, or nothing at all.
--
-- ARGV[1]  prefix
-- ARGV[2]  call id
-- ARGV[3]  version of the call that the step was decided on; 0 = there was none
-- ARGV[4]  command id; [5] the version that a commit of it was decided on whose answer never came, or ''
-- ARGV[6]  the time that the step was decided with, ms; [7] by how much that may be wrong, ms
-- ARGV[8]  call JSON; [9] agent that holds it or ''; [10] number of events so far, these included
-- ARGV[11] among the live calls: '+' add, '-' remove and let it expire, '=' as it is
-- ARGV[12] arrival, ms
-- ARGV[13] among the waiting calls: its order to put it there, '-' remove, '=' as it is
-- ARGV[14] how long an ended call is kept, ms
-- ARGV[15] agent concerned or ''; [16] its version decided on; [17] its JSON or '' when unchanged
-- ARGV[18] agent that the command names or ''
-- ARGV[19] how many entries the stream keeps
-- ARGV[20] on which conditions an unknown call may come to be; see store_admission
-- ARGV[21] number of events E; [22] number of jobs J; [23] arguments of one job A
-- ARGV[24] phone at which the call was or ''; [25] phone at which it is or ''
-- then E times: 'c' (of the call: kept in its own list too) or 'a' (of the agent), and the event JSON
-- then J times A arguments of the queue's push
--
-- Result {'ok', now ms}
--        {'again', ...what load.lua answers}   somebody was faster, the time was wrong, or an earlier try of the
--                                              same command went through; nothing was written
--        {'over'}                              the unknown call ended before; nothing was written
--        {'limit'}                             its number has too many; only that was noted
--        or the error FOREIGN what             keys of a wrong type; nothing was written
local prefix, id, agent = ARGV[1], ARGV[2], ARGV[15]
local call_key, agent_key = store_call_key(prefix, id), prefix .. ':agent:' .. agent
local list, live, waiting = call_key .. ':events', prefix .. ':live', prefix .. ':waiting'
local events, jobs, width = tonumber(ARGV[21]), tonumber(ARGV[22]), tonumber(ARGV[23])
local phones, available = prefix .. ':phones', prefix .. ':available'
local first_job = 26 + 2 * events

local call, wrong = store_hash(call_key, 'version')
if wrong then return store_foreign(wrong) end
local version, agent_version = tonumber(call[1] or '0'), 0
if agent ~= '' then
  local who
  who, wrong = store_hash(agent_key, 'version')
  if wrong then return store_foreign(wrong) end
  agent_version = tonumber(who[1] or '0')
end
local offset
offset, wrong = store_offset(prefix)
if wrong then return store_foreign(wrong) end
-- Only what is about to be written: every look costs.
local kinds = {}
if events > 0 then kinds[list] = 'list' end
if ARGV[11] ~= '=' then kinds[live] = 'zset' end
if ARGV[11] == '-' then kinds[prefix .. ':ended'] = 'zset' end
if ARGV[13] ~= '=' then kinds[waiting] = 'zset' end
if ARGV[24] ~= ARGV[25] then kinds[phones] = 'hash' end
if ARGV[17] ~= '' then kinds[available] = 'set' end
wrong = store_wrong_type(kinds)
if wrong then return store_foreign(wrong) end

local now = qnow(prefix)
local late = math.abs(now - tonumber(ARGV[6])) > tonumber(ARGV[7])
local outdated = version ~= tonumber(ARGV[3]) or agent_version ~= tonumber(ARGV[16])
if late or outdated then
  local answer = store_load(prefix, id, ARGV[18], ARGV[4], ARGV[5])
  table.insert(answer, 1, 'again')
  return answer
end
if version == 0 then
  local refused = store_admission(prefix, id, now, ARGV[20])
  if refused then return {refused} end
end
wrong = qcheck(prefix, ARGV, first_job, jobs)
if wrong then return store_foreign(wrong) end

-- The first write is refused as a whole when memory is short or this is a replica. After it nothing can fail.
local own = {}
for i = 26, first_job - 1, 2 do
  offset = store_append(prefix, ARGV[19], offset, ARGV[i + 1])
  if ARGV[i] == 'c' then own[#own + 1] = ARGV[i + 1] end
end
redis.call('HSET', call_key, 'version', version + 1, 'data', ARGV[8], 'holder', ARGV[9], 'events', ARGV[10],
  store_log_field(version + 1), ARGV[4])
if #own > 0 then redis.call('RPUSH', list, unpack(own)) end
if ARGV[17] ~= '' then
  redis.call('HSET', agent_key, 'version', agent_version + 1, 'data', ARGV[17])
  store_note_presence(available, agent, ARGV[17])
end
if ARGV[24] ~= ARGV[25] then
  if ARGV[24] ~= '' and redis.call('HGET', phones, ARGV[24]) == id then redis.call('HDEL', phones, ARGV[24]) end
  if ARGV[25] ~= '' then redis.call('HSET', phones, ARGV[25], id) end
end

if ARGV[11] == '+' then
  redis.call('ZADD', live, ARGV[12], id)
elseif ARGV[11] == '-' then
  redis.call('ZREM', live, id)
  store_remember(prefix .. ':ended', id, now)
  redis.call('PEXPIRE', call_key, ARGV[14])
  redis.call('PEXPIRE', list, ARGV[14])
end
if ARGV[13] == '-' then
  redis.call('ZREM', waiting, id)
elseif ARGV[13] ~= '=' then
  redis.call('ZADD', waiting, ARGV[13], id)
end

if version == 0 and ARGV[11] == '+' then store_count(prefix, id, now, ARGV[20]) end

for i = 0, jobs - 1 do qpush(prefix, ARGV, first_job + i * width) end
return {'ok', now}
