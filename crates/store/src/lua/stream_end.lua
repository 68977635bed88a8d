-- Where the stream is, for those who follow it.
--
-- ARGV[1] prefix
-- Result  {now ms, the stored name of the epoch or '', the server's replication id,
--          number of the oldest entry or 0, number of the last entry}; or the error FOREIGN key
local prefix = ARGV[1]
local offset, wrong = store_offset(prefix)
if wrong then return store_foreign(wrong) end
local oldest = redis.call('XRANGE', prefix .. ':stream', '-', '+', 'COUNT', 1)
local first = 0
if #oldest > 0 then first = tonumber(string.match(oldest[1][1], '^(%d+)')) end
local replication = redis.call('INFO', 'replication')
return {
  qnow(prefix), redis.call('GET', prefix .. ':epoch') or '',
  string.match(replication, 'master_replid:(%x+)') or '', first, offset,
}
