/** An agent's desk: everything the calls page shows, and everything that can be done on it. */

import { SvelteMap } from "svelte/reactivity";
import * as commands from "../api/commands";
import { simulator, ticket } from "../api/door";
import * as hours from "../api/hours";
import { ServerClock } from "../live/clock";
import type { LineState, Socket } from "../live/line";
import { Line } from "../live/line";
import { answerable, arrange, waitingOrder, waits } from "../live/list";
import type { Agent, Call, Ended } from "../live/model";
import { holderOf } from "../live/model";
import { number } from "../live/read";
import type { Live } from "../live/reduce";
import { NOTHING, reduce } from "../live/reduce";
import type { Phone, PhoneState } from "../phone/phone";
import { SimulatedPhone } from "../phone/simulated";
import { Player } from "./player.svelte";
import { answerWords } from "../words/call";
import { title } from "../words/caller";
import { duration } from "../words/time";

/** How long the outcome of a press stays readable. */
const NOTICE_MS = 6_000;
/** How long a call that was won may take to show so on the line. */
const WON_MS = 15_000;
/** How long a pointer that rests, or a focus that nobody moves, holds the list. */
const HOLD_MS = 3_000;

/** The list in which a call was chosen. */
export type ChosenIn = "waiting" | "talking" | "missed";

export class Desk {
  readonly agentId: string;

  live = $state.raw<Live>(NOTHING);
  line = $state.raw<LineState>({ kind: "connecting" });
  phoneState = $state.raw<PhoneState>({ kind: "idle" });
  /** The deployment's time, once a second; it stands still while nothing new is known. */
  now = $state(0);
  /** Rows of the waiting list, in their order on the screen. */
  shown = $state.raw<readonly string[]>([]);
  /** Arrivals that are held back. */
  fresh = $state(0);
  /** Whose details are shown; none was chosen at first. */
  selectedId = $state<string | undefined>();
  /** Calls whose Answer was pressed and has no outcome yet. */
  claiming = new SvelteMap<string, true>();
  /** What came of pressing Answer, by call. */
  notices = new SvelteMap<string, string>();
  /** What else has to be said, for eyes and ears. */
  message = $state("");
  /** Counts what was said: the same words once more are news to a screen reader only in a new element. */
  saidCount = $state(0);
  /** Where the simulator is, in a demonstration. */
  simulatorUrl = $state<string | undefined>();
  /** A hang-up is under way. */
  leaving = $state(false);

  readonly sinceMs = Date.now();
  readonly player = new Player();

  #clock = new ServerClock();
  #line: Line;
  #phone: Phone;
  #held = { pointer: false, focus: false };
  #release: { pointer?: ReturnType<typeof setTimeout>; focus?: ReturnType<typeof setTimeout> } = {};
  #chosenIn = $state<ChosenIn>("waiting");
  /** Who waits for the line to come back. */
  #onlive: (() => void)[] = [];
  #won = $state<string | undefined>();
  /** Which claim the phone was last connected for. */
  #claim: { callId: string; number: number } | undefined;
  #lastKnown = new Map<string, Call>();
  #tick: ReturnType<typeof setTimeout> | undefined;
  #messageTimer: ReturnType<typeof setTimeout> | undefined;
  #wake = () => {
    if (!document.hidden) this.#line.wake();
  };
  #fresh = true;
  #stopped = false;

  me = $derived.by((): Agent | undefined => this.live.agents.get(this.agentId));
  mine = $derived(this.#mine());
  /** Everybody who waits for somebody else than oneself. */
  waiting = $derived(waitingOrder(this.live.calls.values()).filter(({ id }) => id !== this.mine?.id));
  /** Whom one should answer. */
  next = $derived(this.waiting.find(answerable));
  /** Whose Answer stands out: who was chosen among those who wait, else whoever should be answered. */
  primary = $derived(this.#chosenIn === "waiting" && this.selectedId && this.#waitsFor(this.selectedId) ? this.selectedId : this.next?.id);
  talking = $derived(
    [...this.live.calls.values()]
      .filter((call) => call.state.kind === "talking" && call.id !== this.mine?.id)
      .sort((one, other) => one.enteredAtMs - other.enteredAtMs),
  );
  /** The office rings for somebody who is held back: too urgent to be just a number. */
  freshRings = $derived(this.waiting.some(({ id, state }) => state.kind === "ringing" && !this.shown.includes(id)));
  /** Since when nothing new is known, by the browser's own clock; everything shown is as old as that. */
  staleSince = $derived(this.line.kind === "lost" || this.line.kind === "deaf" ? this.line.sinceMs : undefined);
  stale = $derived(this.staleSince !== undefined);
  /** Somebody waits, the office is open, and nobody says that they are there. */
  alarm = $derived(
    !this.stale &&
      this.live.office?.open === true &&
      this.waiting.length > 0 &&
      ![...this.live.agents.values()].some(({ presence }) => presence === "available"),
  );

  constructor(agentId: string, onrefused: (why: string) => void) {
    this.agentId = agentId;
    this.#phone = new SimulatedPhone(simulator);
    this.#phone.listen((state) => {
      this.phoneState = state;
      if (state.kind === "failed") this.say(state.why);
      if (state.kind === "hung-up") void this.#hungUp(state.leg);
    });
    this.#line = new Line(
      {
        ticket: (signal) => ticket(agentId, signal),
        socket: openSocket,
        local: () => Date.now(),
        random: () => Math.random(),
        hidden: () => document.hidden,
      },
      {
        position: () => this.live.position,
        take: (frame) => {
          const nowMs = number((frame.hello ?? frame.heartbeat)?.nowMs);
          if (nowMs > 0) this.#clock.heard(nowMs);
          const before = this.mine;
          const [live, outcome] = reduce(this.live, frame);
          if (outcome === "changed") {
            this.live = live;
            // The line has said whose it is: from now on it is believed, also when the call goes back.
            if (this.#won !== undefined && !this.#waitsFor(this.#won)) this.#won = undefined;
            this.#arrange();
            this.#follow(before);
          }
          return outcome;
        },
        line: (state) => {
          this.line = state;
          this.#time();
          if (state.kind === "live") for (const done of this.#onlive.splice(0)) done();
        },
        refused: (error) => onrefused(error.message),
      },
    );
  }

  start(): void {
    document.addEventListener("visibilitychange", this.#wake);
    window.addEventListener("online", this.#wake);
    window.addEventListener("pageshow", this.#wake);
    this.#line.start();
    // Outside a demonstration there is none, and without an answer there is no link.
    simulator().then((url) => (this.simulatorUrl = url), () => {});
    this.#beat();
  }

  stop(): void {
    this.#stopped = true;
    document.removeEventListener("visibilitychange", this.#wake);
    window.removeEventListener("online", this.#wake);
    window.removeEventListener("pageshow", this.#wake);
    this.#line.stop();
    this.player.stop();
    clearTimeout(this.#tick);
    clearTimeout(this.#messageTimer);
    clearTimeout(this.#release.pointer);
    clearTimeout(this.#release.focus);
    for (const done of this.#onlive.splice(0)) done();
  }

  /** One timer for every time on the screen, on the whole second. */
  #beat(): void {
    this.#time();
    this.#tick = setTimeout(() => this.#beat(), 1000 - (this.#clock.now() % 1000) + 5);
  }

  #time(): void {
    const now = this.#clock.now();
    this.now = this.staleSince === undefined ? now : now - (Date.now() - this.staleSince);
  }

  call(id: string): Call | undefined {
    return this.live.calls.get(id) ?? this.ended(id)?.call ?? this.#lastKnown.get(id);
  }

  ended(id: string): Ended | undefined {
    return this.live.ended.find(({ call }) => call.id === id);
  }

  #mine(): Call | undefined {
    for (const call of this.live.calls.values()) if (holderOf(call.state) === this.agentId) return call;
    // Answered, and the line has not said so yet.
    const won = this.#won === undefined ? undefined : this.live.calls.get(this.#won);
    return won && answerable(won) ? won : undefined;
  }

  /** Whether that call is still shown as waiting for anybody. */
  #waitsFor(id: string): boolean {
    const call = this.live.calls.get(id);
    return call !== undefined && answerable(call);
  }

  /** Pointer or focus entered or left the list, or moved in it. One that rests would hide the truth for ever. */
  hold(by: "pointer" | "focus", held: boolean): void {
    clearTimeout(this.#release[by]);
    if (held) this.#release[by] = setTimeout(() => this.hold(by, false), HOLD_MS);
    if (this.#held[by] === held) return;
    this.#held[by] = held;
    this.#arrange();
  }

  /** Whether that call is in the list in which it would be chosen. */
  #isIn(list: ChosenIn, id: string): boolean {
    const call = this.live.calls.get(id);
    if (list === "missed") return this.ended(id) !== undefined;
    if (!call || id === this.mine?.id) return false;
    return list === "waiting" ? waits(call) : call.state.kind === "talking";
  }

  /** Shows the details of a call of that list, as long as it is in it. */
  select(id: string, list: ChosenIn): void {
    if (!this.#isIn(list, id)) return;
    this.selectedId = id;
    this.#chosenIn = list;
  }

  /** Whether somebody can be chosen among those who wait: whose row is kept only for the eye cannot. */
  isWaiting(id: string): boolean {
    return this.#isIn("waiting", id);
  }

  /** Answers who was chosen among those who wait. */
  async answerSelected(): Promise<void> {
    if (this.selectedId && this.#chosenIn === "waiting") await this.answer(this.selectedId);
  }

  /** Lets those in that were held back. */
  admit(): void {
    this.#arrange(true);
  }

  #arrange(anyway = false): void {
    if (this.selectedId && !this.#isIn(this.#chosenIn, this.selectedId)) this.selectedId = undefined;
    const wanted = this.waiting;
    const held = !anyway && (this.#held.pointer || this.#held.focus);
    const { shown, fresh } = arrange(this.shown, wanted.map(({ id }) => id), held);
    for (const id of shown) {
      const call = this.live.calls.get(id);
      if (call) this.#lastKnown.set(id, call);
    }
    if (!held) {
      for (const id of this.#lastKnown.keys()) if (!shown.includes(id) && id !== this.selectedId) this.#lastKnown.delete(id);
    }
    this.shown = shown;
    this.fresh = fresh;
  }

  /** What happened to my own call has to be said, and the phone follows it. */
  #follow(before: Call | undefined): void {
    const mine = this.mine;
    if (this.#fresh && this.live.position) {
      this.#fresh = false;
      // The page was loaded anew in the middle of a claim: its ticket is asked for once more.
      if (mine?.state.kind === "claimed" && this.phoneState.kind === "idle") void this.answer(mine.id);
    }
    if (!before || before.id === mine?.id) return;
    const after = this.live.calls.get(before.id);
    if (!after) {
      const ended = this.ended(before.id);
      const talked = ended?.talk ? `, ${duration(ended.atMs - ended.talk.sinceMs)}` : "";
      this.say(ended?.talk ? `Call with ${title(before)} ended${talked}` : `${title(before)} hung up`);
    } else if (answerable(after) && !this.leaving) {
      this.say(`${title(before)} is back in the queue: your phone did not connect in time`);
    }
    this.leaving = false;
    void this.#phone.hangUp();
  }

  async answer(id: string): Promise<void> {
    if (this.claiming.has(id)) return;
    this.claiming.set(id, true);
    this.notices.delete(id);
    const result = await commands.answer(id, this.agentId);
    this.claiming.delete(id);
    if (result.kind === "yours") {
      if (this.#waitsFor(id)) this.#won = id;
      setTimeout(() => {
        if (this.#won === id) this.#won = undefined;
      }, WON_MS);
      this.#arrange();
      if (result.on === "browser" && !result.lineCame) {
        this.#claim = { callId: id, number: result.claim };
        await this.#phone.connect(this.agentId, result.ticket);
      }
      return;
    }
    this.#notice(id, answerWords(result));
  }

  /** Answers whoever has waited longest, whether their row is shown yet or not. */
  async answerLongest(): Promise<void> {
    if (this.next) await this.answer(this.next.id);
  }

  async hangUp(): Promise<void> {
    const call = this.mine;
    if (!call || this.leaving) return;
    this.leaving = true;
    const key = crypto.randomUUID();
    const isMine = () => this.mine?.id === call.id;
    let done = await commands.hangUp(call.id, this.agentId, key);
    // Pressed without a connection it is still wanted when there is one: the button says so meanwhile.
    while (done === "failed" && this.stale && isMine()) {
      await new Promise<void>((live) => this.#onlive.push(live));
      if (this.#stopped || !isMine()) return;
      done = await commands.hangUp(call.id, this.agentId, key);
    }
    if (!isMine()) return;
    if (done !== "done") {
      this.leaving = false;
      this.say(done === "failed" ? "No answer from Switchboard. Try again" : "This call is no longer yours");
      return;
    }
    // Its end comes by the line; without one the button must not wait for ever.
    setTimeout(() => (this.leaving = false), NOTICE_MS);
  }

  /** The softphone's own hang-up ends the call; without this word the line counts as lost, and its caller waits again. */
  async #hungUp(leg: string): Promise<void> {
    const claim = this.#claim;
    if (!claim) return;
    this.leaving = true;
    const done = await commands.hungUp(claim.callId, this.agentId, claim.number, leg);
    if (done !== "done") this.say("No answer from Switchboard: the caller waits again");
    setTimeout(() => (this.leaving = false), NOTICE_MS);
  }

  async setPresence(presence: "available" | "away"): Promise<void> {
    const done = await commands.setPresence(this.agentId, presence);
    if (done !== "done") this.say("Your presence could not be changed. Try again");
  }

  /** Opens or closes the office by hand; what came of it is for the form to say, unless it is done. */
  async override(wanted: hours.Wanted, key: string): Promise<hours.Overridden> {
    const done = await hours.override(wanted, this.agentId, key);
    if (done.kind === "done") this.say(`${wanted.open ? "Open" : "Closed"} until ${done.until}`);
    return done;
  }

  /** Takes an override back. */
  async withdraw(id: string): Promise<hours.Withdrawn> {
    const done = await hours.withdraw(id, this.agentId);
    if (done.kind === "done") this.say("Back to normal hours");
    return done;
  }

  say(text: string): void {
    this.message = text;
    this.saidCount += 1;
    clearTimeout(this.#messageTimer);
    this.#messageTimer = setTimeout(() => (this.message = ""), NOTICE_MS);
  }

  #notice(id: string, text: string): void {
    this.notices.set(id, text);
    // The row may be gone before anybody has read it there.
    const call = this.call(id);
    this.say(call ? `${title(call)}: ${text}` : text);
    setTimeout(() => {
      if (this.notices.get(id) === text) this.notices.delete(id);
    }, NOTICE_MS);
  }
}

function openSocket(pass: string): Socket {
  const url = new URL("/api/v1/socket", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(url, ["switchboard.v1.json", `ticket.${pass}`]) as Socket;
}
