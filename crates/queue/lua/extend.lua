-- Renews leases. Stands behind clock.lua, line.lua and settle.lua.
-- KEYS[1]  the deployment's prefix
-- ARGV[1]  queue
-- ARGV[2]  lease, ms of real time from now
-- ARGV[3..] 2 entries a delivery: id, token
-- Result   one 1 (renewed) or 0 (lost to somebody else) a delivery. A lease that ran out but that
--          nobody took is renewed: after an outage of Redis this saves the jobs that ran on.
local base = KEYS[1] .. ':q:' .. ARGV[1]
local expiry = math.floor(qmicros() / 1000) + tonumber(ARGV[2])
qbegin(base)
local result = {}
for i = 3, #ARGV, 2 do
  if qheld(base, ARGV[i], ARGV[i + 1]) then
    redis.call('ZADD', base .. ':lease', expiry, ARGV[i])
    result[#result + 1] = 1
  else
    result[#result + 1] = 0
  end
end
return result
