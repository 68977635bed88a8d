-- Pushes jobs, all or none. Stands behind clock.lua, line.lua and push.lua.
-- KEYS[1]  the deployment's prefix: its hash tag stands for all keys built from it
-- ARGV     6 entries a push (see push.lua)
-- Result   one 1 (pushed) or 0 (already there) a push; an error, and nothing written, if qcheck objects
local prefix, count = KEYS[1], #ARGV / QARGS
local bad = qcheck(prefix, ARGV, 1, count)
if bad then return redis.error_reply('REFUSED ' .. bad) end
local pushed = {}
for i = 1, count do pushed[i] = qpush(prefix, ARGV, (i - 1) * QARGS + 1) end
return pushed
