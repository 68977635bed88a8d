-- Reads or moves the deployment's clock. Moving is for tests and the simulator.
--
-- ARGV[1] prefix, [2] by how many ms to move it forward; 0 only reads
-- Result  {now ms, offset ms}
local prefix = ARGV[1]
if ARGV[2] ~= '0' then
  redis.call('INCRBY', prefix .. ':clock-offset', ARGV[2])
  redis.call('PUBLISH', prefix .. ':q:wake', '*')
end
return {qnow(prefix), qoffset(prefix)}
