-- Reads or moves the deployment's clock. Moving is for tests and the simulator.
--
-- ARGV[1] prefix, [2] by how many ms to move it forward; 0 only reads
-- Result  {now ms, offset ms}
local prefix, by = ARGV[1], tonumber(ARGV[2])
local key = prefix .. ':clock-offset'
if by ~= 0 then
  redis.call('INCRBY', key, by)
  redis.call('PUBLISH', prefix .. ':q:wake', '*')
end
return {qnow(prefix), tonumber(redis.call('GET', key) or '0')}
