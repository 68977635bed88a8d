-- The calls that other people have at some phones, and some agents, in one round trip. The index may say too little or
-- too much, where an older build has committed: whoever asks looks at the calls themselves.
--
-- ARGV[1] prefix, [2] call that asks, [3] number of phones P; then P phones, then agents
-- Result  {{call JSON, ...}, {agent JSON, ...}}; or the error FOREIGN key
local prefix, own, count = ARGV[1], ARGV[2], tonumber(ARGV[3])
local phones = prefix .. ':phones'
local wrong = store_wrong_type({[phones] = 'hash'})
if wrong then return store_foreign(wrong) end
local calls, agents = {}, {}
for i = 4, 3 + count do
  local id = redis.call('HGET', phones, ARGV[i])
  if id and id ~= own then calls[#calls + 1] = redis.call('HGET', store_call_key(prefix, id), 'data') or nil end
end
for i = 4 + count, #ARGV do
  agents[#agents + 1] = redis.call('HGET', prefix .. ':agent:' .. ARGV[i], 'data') or nil
end
return {calls, agents}
