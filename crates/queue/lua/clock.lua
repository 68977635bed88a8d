-- Fragment: the queue's clocks. Only local functions; every other script is put behind this text.
--
-- The virtual clock is Redis' TIME plus the integer (ms) in PREFIX:clock-offset, absent = 0.
-- Due times, idempotency and dead letters live in virtual time, so that a test can pass three
-- minutes in a second. Leases live in real time: they say whether a process is alive, and a jump
-- of the virtual clock must not declare every worker dead.

-- qmicros() -> real time in microseconds since the Unix epoch.
local function qmicros()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000000 + tonumber(t[2])
end

-- qoffset(prefix) -> what virtual time is ahead of real time, in ms; 0 for anything but an integer.
local function qoffset(prefix)
  local offset = redis.call('GET', prefix .. ':clock-offset')
  if offset and string.match(offset, '^%-?%d+$') and #offset <= 14 then return tonumber(offset) end
  return 0
end

-- qnow(prefix) -> virtual time in ms since the Unix epoch, rounded down, so that nothing runs early.
local function qnow(prefix)
  return math.floor(qmicros() / 1000) + qoffset(prefix)
end
