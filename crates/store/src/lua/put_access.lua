-- Lets an agent act, or no longer, as decided on a version of them. The version is raised, so that no step that was
-- decided before is committed after.
--
-- ARGV[1] prefix, [2] agent id, [3] version decided on
-- ARGV[4] agent JSON, or '' to keep none; [5] event JSON or '' when nothing is to be told; [6] stream cap
-- ARGV[7] exclusion JSON, or '' to let them act
-- Result  {'ok'} or {'again', ...what load_agent.lua answers}; or the error FOREIGN key
local prefix, id, exclusion = ARGV[1], ARGV[2], ARGV[7]
local key, agents, out = prefix .. ':agent:' .. id, prefix .. ':agents', prefix .. ':agents-out'
local available = prefix .. ':available'
local found, wrong = store_hash(key, 'version')
local offset
if not wrong then offset, wrong = store_offset(prefix) end
wrong = wrong or store_wrong_type({
  [agents] = 'set', [available] = 'set', [out] = 'hash', [prefix .. ':agents-out-version'] = 'string',
})
if wrong then return store_foreign(wrong) end
local version = tonumber(found[1] or '0')
if version ~= tonumber(ARGV[3]) then
  local answer = store_agent(prefix, id)
  table.insert(answer, 1, 'again')
  return answer
end
-- As in commit.lua: only the first write can be refused.
redis.call('INCR', prefix .. ':agents-out-version')
if exclusion ~= '' then redis.call('HSET', out, id, exclusion) else redis.call('HDEL', out, id) end
if ARGV[5] ~= '' then store_append(prefix, ARGV[6], offset, ARGV[5]) end
redis.call('HSET', key, 'version', version + 1)
if ARGV[4] ~= '' then redis.call('HSET', key, 'data', ARGV[4]) else redis.call('HDEL', key, 'data') end
if exclusion == '' and ARGV[4] ~= '' then
  redis.call('SADD', agents, id)
  store_note_presence(prefix, id, ARGV[4])
else
  redis.call('SREM', agents, id)
  redis.call('SREM', available, id)
end
return {'ok'}
