-- Writes an agent as decided on a version of them.
--
-- ARGV[1] prefix, [2] agent id, [3] version decided on, [4] agent JSON, [5] event JSON or '' when nothing is to be
--         told, [6] stream cap
-- ARGV[7] '' or a realtime process that gives the agent up: only when no other one has them among its connections
-- Result  {'ok'}
--         {'again', ...what load_agent.lua answers}   somebody was faster, or they may not act; nothing was written
--         {'elsewhere'}                               another process has them; given up, and not written
--         or the error FOREIGN key
local prefix, id, process = ARGV[1], ARGV[2], ARGV[7]
local key, agents, processes = prefix .. ':agent:' .. id, prefix .. ':agents', prefix .. ':realtimes'
local available = prefix .. ':available'
local found, wrong = store_hash(key, 'version')
local offset
if not wrong then offset, wrong = store_offset(prefix) end
wrong = wrong or store_wrong_type({[agents] = 'set', [available] = 'set', [prefix .. ':agents-out'] = 'hash'})
if wrong then return store_foreign(wrong) end
local version = tonumber(found[1] or '0')
if version ~= tonumber(ARGV[3]) or redis.call('HEXISTS', prefix .. ':agents-out', id) == 1 then
  local answer = store_agent(prefix, id)
  table.insert(answer, 1, 'again')
  return answer
end
if process ~= '' then
  local own = prefix .. ':realtime:' .. process
  for _, other in ipairs(redis.call('ZRANGE', processes, 0, -1)) do
    if other ~= process and redis.call('SISMEMBER', prefix .. ':realtime:' .. other, id) == 1 then
      redis.call('SREM', own, id)
      return {'elsewhere'}
    end
  end
end
-- As in commit.lua: only the first write can be refused.
if ARGV[5] ~= '' then store_append(prefix, ARGV[6], offset, ARGV[5]) end
redis.call('HSET', key, 'version', version + 1, 'data', ARGV[4])
redis.call('SADD', agents, id)
if process ~= '' then redis.call('SREM', prefix .. ':realtime:' .. process, id) end
store_note_presence(prefix, id, ARGV[4])
return {'ok'}
