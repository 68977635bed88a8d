-- Puts back overrides of opening hours that Redis has lost, from their durable copy. What is kept here is newer than
-- the copy, and so is what was taken back here: both stay as they are. No event, because nobody did anything.
--
-- ARGV[1] prefix, then pairs: id, JSON
-- Result  how many were put back; or the error FOREIGN key
local prefix = ARGV[1]
local overrides, withdrawn = prefix .. ':overrides', prefix .. ':overrides-withdrawn'
local wrong = store_wrong_type({[overrides] = 'hash', [withdrawn] = 'zset'})
if wrong then return store_foreign(wrong) end
local count = 0
for i = 2, #ARGV, 2 do
  if not redis.call('ZSCORE', withdrawn, ARGV[i]) then
    count = count + redis.call('HSETNX', overrides, ARGV[i], ARGV[i + 1])
  end
end
return count
