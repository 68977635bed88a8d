-- Writes an agent as decided on a version of it.
--
-- ARGV[1] prefix, [2] agent id, [3] version decided on, [4] agent JSON, [5] event JSON, [6] stream cap
-- Result  {'ok'} or {'again', version, agent JSON}; or the error FOREIGN key
local prefix, id = ARGV[1], ARGV[2]
local key, agents, available = prefix .. ':agent:' .. id, prefix .. ':agents', prefix .. ':available'
local found, wrong = store_hash(key, 'version', 'data')
local offset
if not wrong then offset, wrong = store_offset(prefix) end
wrong = wrong or store_wrong_type({[agents] = 'set', [available] = 'set'})
if wrong then return store_foreign(wrong) end
local version = tonumber(found[1] or '0')
if version ~= tonumber(ARGV[3]) then return {'again', version, found[2] or ''} end
-- As in commit.lua: only the first write can be refused.
store_append(prefix, ARGV[6], offset, ARGV[5])
redis.call('HSET', key, 'version', version + 1, 'data', ARGV[4])
redis.call('SADD', agents, id)
store_note_presence(available, id, ARGV[4])
return {'ok'}
