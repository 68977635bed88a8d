-- Keeps how a calendar of days off stands, and another copy of it.
--
-- ARGV[1] prefix, [2] name, [3] how it stands, [4] the copy, or '' when it is the one that is there
-- Result  'ok'; or the error FOREIGN key
local prefix = ARGV[1]
local feeds, marks = prefix .. ':feeds', prefix .. ':feed-marks'
local wrong = store_wrong_type({[feeds] = 'hash', [marks] = 'hash'})
if wrong then return store_foreign(wrong) end
-- The large one first: it is the one for which there may be no memory, and then nothing is written.
if ARGV[4] ~= '' then redis.call('HSET', feeds, ARGV[2], ARGV[4]) end
redis.call('HSET', marks, ARGV[2], ARGV[3])
return 'ok'
