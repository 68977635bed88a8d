// What the pictures show. Every number is one that is kept for fiction.

const HOME = "+442079460000";
const OPEN = { open: true, reason: "within Monday 09:00-18:00", untilText: "closes today 18:00", timeZone: "Europe/London" };
const CLOSED = { open: false, reason: "outside Monday's hours", untilText: "opens Tuesday 09:00", timeZone: "Europe/London" };

const byHand = (now, more) => ({ id: "8d1f0c52a9b74e36", open: false, fromMs: String(now), untilMs: String(now + 42 * 60_000), author: "Ben Adeyemi", authorId: "ben", reason: "Fire drill", madeMs: String(now), ...more });
export const closedByHand = (now, more) => {
  const over = byHand(now, more);
  return { open: over.open === true, reason: `${over.open ? "opened" : "closed"} by ${over.author}: ${over.reason}`, untilText: `${over.open ? "closes" : "opens"} today 18:00`, timeZone: "Europe/London", byHand: over, otherwise: "within Monday 09:00-18:00" };
};

export const PEOPLE = [
  ["Mara Lind", "Acme Ltd", "gold", "2019", "3rd call today"],
  ["Priya Raman", "Raman & Daughters", "silver", "2021", "open tickets: 2"],
  ["Tom Bell", "Bell Cycles", "", "2015", "invoice overdue"],
  ["Ewa Nowak", "Nordlicht Logistik", "gold", "2022", "open tickets: 0"],
  ["Kwame Mensah", "", "", "", ""],
  ["Siobhán O’Rourke-Fitzgerald", "County Library Service", "public", "2008", "prefers to be called back"],
];
export const LONG = [
  "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh-Cholmondeley Bartholomew Maximilian",
  "Gesellschaft für betriebswirtschaftliche Unternehmensberatung und Rechnungsprüfung mbH & Co. KG",
  "platinum plus enterprise",
  "2001-01-01",
  "open tickets: 4117, of which 212 escalated to the second level and waiting for an answer from purchasing",
];

function profile([name, organisation, tier, since, summary]) {
  const recordUrl = "https://crm.example/people/4711";
  return { name, organisation, tier, since, summary, recordUrl, extra: { email: "someone@example.com" } };
}

export const found = (person, matches = 1) => ({ found: { profile: profile(person), matches } });
export const failed = (reason = "did not answer") => ({ failed: { reason } });
export const pending = { pending: {} };
export const notFound = { notFound: {} };

export function call(index, now, waitedS, lookups, state, extra = {}) {
  const since = now - waitedS * 1000;
  const waiting = { queue: index % 3 === 1 ? "sales" : "support", sinceMs: String(since), deadlineMs: String(since + 180_000) };
  return {
    id: `CA${String(index).padStart(32, "0")}`,
    caller: { number: `+44${index % 2 ? `161496${String(index).padStart(4, "0")}` : `20794${String(60000 + index)}`}` },
    dialled: HOME,
    arrivedAtMs: String(since - 8000),
    enteredAtMs: String(since),
    leg: { place: "LEG_PLACE_PARKED" },
    lookups,
    ...extra,
    state: state(waiting, since),
  };
}

export const queued = (waiting) => ({ queued: { waiting } });
export const ringing = (waiting) => ({ ringingOffice: { waiting, ring: { round: 1 } } });
export const claimed = (agentId) => (waiting) => ({ claimed: { waiting, claim: { number: 1, agentId }, untilMs: "0" } });
export const talking = (agentId, forS, now) => (waiting) => ({
  talking: { with: { agent: { number: 1, agentId } }, sinceMs: String(now - forS * 1000), waiting },
});
const office = (now) => (waiting) => ({
  talking: { with: { office: { number: "+442079460011" } }, sinceMs: String(now - 71_000), waiting },
});

export function agent(id, name, presence = "AVAILABLE", extra = {}) {
  return { id, name, presence: `PRESENCE_${presence}`, ...extra };
}

export const TEAM = [
  agent("anna", "Anna Virtanen"),
  agent("ben", "Ben Adeyemi"),
  agent("carys", "Carys Evans", "AWAY"),
  agent("dylan", "Dylan Moss", "OFFLINE", { answersOnPhone: true }),
];

export function scene(calls, more = {}) {
  const snapshot = { epoch: "pictures", offset: "100", calls, agents: more.agents ?? TEAM };
  return { snapshot, office: more.office ?? OPEN, then: more.then ?? [], answers: more.answers ?? {}, messages: more.messages ?? {} };
}

export function seven(now) {
  return [
    call(1, now, 191, { crm: found(PEOPLE[0]) }, ringing),
    call(2, now, 142, { crm: found(PEOPLE[1], 3) }, queued),
    call(3, now, 102, { crm: found(PEOPLE[5]) }, claimed("ben")),
    call(4, now, 77, { crm: failed(), directory: notFound }, queued),
    call(5, now, 41, { crm: found(PEOPLE[4], 0) }, queued),
    call(6, now, 22, { crm: notFound }, queued, { caller: {} }),
    call(7, now, 9, { crm: pending, directory: pending }, queued, { caller: { number: "+4930901820123" } }),
    call(20, now, 400, { crm: found(PEOPLE[2]) }, talking("ben", 250, now)),
    call(21, now, 300, { crm: found(PEOPLE[3]) }, office(now)),
    { ...call(22, now, 5, {}, () => ({ greeting: {} })) },
    { ...call(23, now, 60, {}, () => ({ voicemail: { why: "VOICEMAIL_REASON_NO_ANSWER" } })) },
  ];
}

export const entered = (id, state, cause) => ({ call: { callId: id, sequence: 9, entered: { state, cause } } });
export const id = (index) => `CA${String(index).padStart(32, "0")}`;
export const over = (reason, now) => ({ ended: { reason: `END_REASON_${reason}`, atMs: String(now) } });

export const scenes = {
  empty: () => scene([]),
  quiet: (now) =>
    scene([call(1, now, 60, { crm: found(PEOPLE[0]) }, talking("ben", 245, now)), call(2, now, 130, { crm: found(PEOPLE[1]) }, queued), call(3, now, 12, { crm: notFound }, queued)], {
      then: [
        [200, entered(id(1), over("COMPLETED", now), "CAUSE_CALLER_HUNG_UP")],
        [250, entered(id(2), over("ABANDONED", now), "CAUSE_CALLER_HUNG_UP")],
        [300, entered(id(3), over("MISSED", now), "CAUSE_CALLER_HUNG_UP")],
      ],
    }),
  messages: (now) =>
    scene([1, 2, 3, 4, 5].map((index) => call(index, now, 60, { crm: found(index === 4 ? LONG : PEOPLE[index]) }, () => ({ voicemail: { why: "VOICEMAIL_REASON_ASKED" } }))), {
      messages: { [id(2)]: [404, "no_recording"], [id(3)]: [502, "carrier_away"], [id(4)]: [0] },
      then: [1, 2, 3, 4, 5].flatMap((index) => [
        ...(index === 5 ? [] : [[190, { call: { callId: id(index), sequence: 8, recorded: { id: "RE1", seconds: 9 } } }]]),
        [200, entered(id(index), over("VOICEMAIL", now), "CAUSE_MESSAGE_LEFT")],
      ]),
    }),
  one: (now) => scene([call(7, now, 31, { crm: pending, salesforce: failed(), directory: notFound }, queued)]),
  learns: (now) =>
    scene([call(7, now, 31, { crm: pending, salesforce: pending, directory: pending }, queued)], {
      then: [
        [300, { call: { callId: id(7), sequence: 3, lookedUp: { source: "crm", lookup: found(PEOPLE[0]) } } }],
        [350, { call: { callId: id(7), sequence: 4, lookedUp: { source: "salesforce", lookup: failed() } } }],
      ],
    }),
  seven: (now) => scene(seven(now)),
  mine: (now) => scene([...seven(now), call(30, now, 130, { crm: found(PEOPLE[0]), directory: notFound }, talking("anna", 102, now))], {
    agents: [agent("anna", "Anna Virtanen", "AVAILABLE", { engagedCallId: id(30) }), ...TEAM.slice(1)],
  }),
  minelong: (now) => scene([...seven(now), call(30, now, 130, { crm: found(LONG) }, talking("anna", 8102, now))]),
  claimedlong: (now) => scene([...seven(now).slice(3), call(30, now, 130, { crm: found(LONG) }, claimed("anna"))]),
  withheld: (now) => scene([call(6, now, 22, {}, queued, { caller: {} })]),
  claimedByMe: (now) => scene([...seven(now).slice(3), call(30, now, 130, { crm: found(PEOPLE[0]) }, claimed("anna"))]),
  twohundred: (now) =>
    scene([
      ...Array.from({ length: 200 }, (_, index) =>
        call(index + 100, now, 199 - index, { crm: index % 5 ? found(PEOPLE[index % 6]) : pending }, index < 20 ? ringing : queued),
      ),
      call(20, now, 400, { crm: found(PEOPLE[2]) }, talking("ben", 250, now)),
    ]),
  long: (now) =>
    scene(
      [
        call(1, now, 3791, { crm: found(LONG), "very_long_source_of_caller_knowledge": failed("did not answer within three seconds, and neither did its replica") }, ringing),
        call(2, now, 150, { crm: found(LONG) }, queued),
        call(3, now, 100, { crm: found([...LONG.slice(0, 1), "", "", "", ""]) }, claimed("anton")),
        call(4, now, 3, { crm: pending }, queued, { caller: { sip: "sip:the.very.long.name.of.somebody@sip.example.com" } }),
        call(20, now, 9000, { crm: found(LONG) }, talking("anton", 8000, now)),
      ],
      {
        agents: [agent("anna", "Annemarie-Charlotte von und zu Hohenlohe-Langenburg"), agent("anton", "Anton Featherstonehaugh-Wolfeschlegelsteinhausen", "AVAILABLE", { engagedCallId: id(20) })],
        office: { ...CLOSED, reason: "Boxing Day (substitute day), company holiday of the whole group", untilText: "opens Wednesday 29 December 09:00" },
      },
    ),
  alarm: (now) => scene(seven(now).slice(0, 4), { agents: TEAM.map((one) => ({ ...one, presence: "PRESENCE_AWAY" })) }),
  closed: () => scene([], { office: CLOSED }),
  byhand: (now) => scene(seven(now), { office: closedByHand(now) }),
  byhandlong: (now) =>
    scene(seven(now), {
      office: closedByHand(now, { author: "Annemarie-Charlotte von und zu Hohenlohe-Langenburg", reason: "The heating of the whole building has failed, and whoever has a coat goes home to answer from there ".repeat(2).trim(), untilMs: String(now + 9 * 24 * 3600_000) }),
    }),
  truths: (now) =>
    scene(seven(now).slice(1, 7).map((one) => (one.state.claimed ? { ...one, state: queued(one.state.claimed.waiting) } : one)), {
      answers: {
        [id(2)]: [409, { result: "taken", by: { agentId: "ben", name: "Ben Adeyemi" } }],
        [id(3)]: [410, { result: "ended" }],
        [id(4)]: [0, {}],
        [id(5)]: [200, { result: "yours", ticket: "t", claim: 1, conference: "c", untilMs: now + 15000, on: "browser" }],
        [id(6)]: [409, { result: "unavailable" }],
      },
    }),
  arrivals: (now) =>
    scene(seven(now).slice(1, 6), {
      then: [
        [1500, { call: { callId: id(7), sequence: 1, received: call(7, now, 2, { crm: pending }, queued) } }],
        [1600, { call: { callId: id(8), sequence: 1, received: call(8, now, 1, { crm: pending }, queued) } }],
        [1650, entered(id(7), ringing({ queue: "sales", sinceMs: String(now - 2000), deadlineMs: String(now) }), "CAUSE_DEADLINE_PASSED")],
        [1700, entered(id(2), over("ABANDONED", now), "CAUSE_CALLER_HUNG_UP")],
        [1800, entered(id(4), talking("ben", 0, now)({ queue: "support", sinceMs: String(now - 77000), deadlineMs: String(now) }), "CAUSE_CONNECTED")],
      ],
    }),
};
