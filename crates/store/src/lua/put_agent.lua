-- Writes an agent as decided on a version of it.
--
-- ARGV[1] prefix, [2] agent id, [3] version decided on, [4] agent JSON, [5] event JSON, [6] stream cap
-- Result  {'ok', version} or {'conflict', version, agent JSON}
local prefix, id = ARGV[1], ARGV[2]
local key = prefix .. ':agent:' .. id
local wrong = store_wrong_type({[key] = 'hash', [prefix .. ':agents'] = 'set', [prefix .. ':stream'] = 'stream'})
if wrong then return {'error', wrong} end
local found = redis.call('HMGET', key, 'version', 'data')
local version = tonumber(found[1] or '0')
if version ~= tonumber(ARGV[3]) then return {'conflict', version, found[2] or ''} end
redis.call('HSET', key, 'version', version + 1, 'data', ARGV[4])
redis.call('SADD', prefix .. ':agents', id)
local offset = store_offset(prefix) + 1
redis.call('XADD', prefix .. ':stream', 'MAXLEN', '~', ARGV[6], string.format('%d-0', offset), 'event', ARGV[5])
redis.call('PUBLISH', prefix .. ':events', string.format('%d ', offset) .. ARGV[5])
return {'ok', version + 1}
