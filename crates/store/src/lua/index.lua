-- Puts right what an older build, which does not keep it, has left of the calls at phones and of the available agents. What
-- has changed since it was looked at is seen once more next time: nothing hangs on it.
--
-- ARGV[1] prefix, [2] for how long it counts as right now, ms; [3] number of phones to forget F; [4] to note N
-- then F times phone and call, then N times phone and call, then the agents to look at again
-- Result  'ok'; or the error FOREIGN key
local prefix, forget, note = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local phones, available = prefix .. ':phones', prefix .. ':available'
local wrong = store_wrong_type({[phones] = 'hash', [available] = 'set'})
if wrong then return store_foreign(wrong) end
local at = 5
for _ = 1, forget do
  if redis.call('HGET', phones, ARGV[at]) == ARGV[at + 1] then redis.call('HDEL', phones, ARGV[at]) end
  at = at + 2
end
for _ = 1, note do
  redis.call('HSETNX', phones, ARGV[at], ARGV[at + 1])
  at = at + 2
end
for i = at, #ARGV do
  store_note_presence(available, ARGV[i], redis.call('HGET', prefix .. ':agent:' .. ARGV[i], 'data') or '')
end
redis.call('SET', prefix .. ':indexed', '1', 'PX', ARGV[2])
return 'ok'
