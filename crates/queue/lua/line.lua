-- Fragment: in which of its queue's two lists a ready job stands. Only local functions.

-- qhigh(envelope) -> whether the job goes before the others. The mark is the first thing in the envelope,
-- where no payload can imitate it, so that nothing has to be decoded.
local QHIGH = '{"high":true,'
local function qhigh(envelope)
  return string.sub(envelope or '', 1, #QHIGH) == QHIGH
end

-- qline(base, envelope) -> the key of its list.
local function qline(base, envelope)
  return base .. (qhigh(envelope) and ':high' or ':ready')
end
