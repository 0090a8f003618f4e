/**
 * A replay being played: the socket, its clocks, its frames and what its events add up to. Knows nothing of the page;
 * whoever draws asks it, once an animation frame, what is to be seen now.
 */

import { ReplayConnection } from "./connection.js";
import { FlagHistory } from "./flag_history.js";
import { FrameBuffer } from "./frame_buffer.js";
import { MediaClock, ServerClock } from "./media_clock.js";
import { Playout } from "./playout.js";
import { SessionState } from "./session_state.js";

const PING_INTERVAL_MS = 5000;
const FIRST_PINGS_MS = [0, 150, 400, 900];
/** Frames overdue by this much (real time) count as buffering, even if the server has not said so. */
const STALL_S = 1.0;
/** The last frame may lie this much before the end. */
const AT_END_S = 0.1;

const localNow = () => performance.now() / 1000;

/**
 * @typedef {object} Listeners
 * @property {(hello: object) => void} onHello
 * @property {(state: import("./protocol.js").State, jump: boolean) => void} onState
 * @property {(status: import("./connection.js").ConnectionStatus) => void} onConnection
 * @property {(detail: string) => void} onError
 */
export class ReplayPlayer {
  #listeners;
  #connection;
  #pings = [];
  #serverClock = new ServerClock();
  #clock = new MediaClock();
  #playout = new Playout(this.#clock);
  #buffer = new FrameBuffer();
  #shownT = null;
  #byeReason = "";

  /** @type {object|null} */
  hello = null;
  connectionStatus = { phase: "connecting", reason: "", retryAt: null };
  session = new SessionState();
  flagHistory = new FlagHistory();

  /**
   * @param {string} socketUrl without query
   * @param {Listeners} listeners
   */
  constructor(socketUrl, listeners) {
    this.#listeners = listeners;
    this.#connection = new ReplayConnection({
      address: () => socketUrl + this.#resumeQuery(),
      onMessage: (message) => this.#handlers[message.type]?.(message),
      onStatus: (status) => this.#connectionChanged(status),
    });
  }

  open() {
    this.#connection.open();
  }

  close() {
    this.#stopPings();
    this.#connection.close();
  }

  retryNow() {
    this.#connection.retryNow();
  }

  /** The page was away: clocks may have stood still meanwhile. */
  wake() {
    this.#serverClock.reset();
    this.#startPings();
  }

  toggle() {
    if (this.status === "ended") this.playAgain();
    else this.#connection.send(this.status === "paused" ? "play" : "pause");
  }

  playAgain() {
    const { t_start: start, lights_out: lightsOut } = this.hello.replay;
    this.seek(Math.max(start, (lightsOut ?? start) - 5));
    this.#connection.send("play");
  }

  /** @param {number} t seconds of session time */
  seek(t) {
    this.#connection.send("seek", { t });
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.#connection.send("speed", { speed });
  }

  get status() {
    return this.#clock.anchor.status;
  }

  get speed() {
    return this.#clock.anchor.speed;
  }

  get generation() {
    return this.#buffer.generation;
  }

  /** Whether frames should be here by now and are not. */
  get stalled() {
    if (this.status === "buffering") return true;
    const { lastT } = this.#buffer;
    if (!this.#clock.playing || lastT === null || this.#shownT === null) return false;
    return this.#shownT - lastT > STALL_S * this.speed && lastT < this.hello.replay.t_end - AT_END_S;
  }

  /**
   * @param {number} now seconds of the browser's monotonic clock, best the animation frame's
   * @returns {{t: number, sample: import("./frame_buffer.js").Sample|null}|null} null before `hello`
   */
  viewAt(now) {
    if (!this.hello) return null;
    const t = this.#playout.timeAt(now, this.#serverClock.at(now));
    this.#shownT = t;
    this.#buffer.discardBefore(t);
    for (const event of this.session.advance(t)) {
      if (event.kind === "track_status") this.flagHistory.begin(event.name, event.t);
    }
    this.flagHistory.extend(t);
    return { t, sample: this.#buffer.sample(t) };
  }

  /** Figures for tests and the curious. */
  figures() {
    const now = localNow();
    return {
      shownT: this.#shownT,
      t: this.#clock.positionAt(this.#serverClock.at(now)),
      buffered: this.#buffer.length,
      delay: this.#playout.delay.value,
    };
  }

  #handlers = {
    hello: (hello) => {
      this.hello = hello;
      this.#connection.confirm();
      this.#byeReason = "";
      this.#serverClock.reset();
      this.#serverClock.seed(hello.state.server_time, localNow());
      this.#clock.setEnd(hello.replay.t_end);
      this.#buffer.reset();
      this.#playout.reset();
      this.#startPings();
      this.#listeners.onHello(hello);
      this.#anchor(hello.state);
    },
    state: (state) => this.#anchor(state),
    snapshot: (snapshot) => {
      if (snapshot.generation < this.#buffer.generation) return;
      this.session.applySnapshot(snapshot);
      this.flagHistory.jump();
      const status = snapshot.track_status;
      if (status?.name) this.flagHistory.begin(status.name, status.t ?? snapshot.t);
    },
    frames: ({ generation, frames }) => this.#takeFrames(generation, frames),
    event: (event) => this.session.expect(event),
    pong: ({ server_time: serverTime, sent }) => this.#serverClock.addPong(serverTime, sent, localNow()),
    error: ({ detail, code }) => this.#listeners.onError(detail || code || "The server refused that."),
    bye: ({ reason }) => (this.#byeReason = reason ?? ""),
  };

  #anchor(state) {
    if (!this.#buffer.startGeneration(state.generation, state.t)) return;
    const jump = this.#playout.anchor(state);
    if (jump) {
      this.session.jump();
      this.flagHistory.jump();
    }
    this.#listeners.onState(state, jump);
  }

  #takeFrames(generation, frames) {
    const now = localNow();
    const { lastT, generation: before } = this.#buffer;
    if (this.#clock.playing && generation === before && lastT !== null) {
      const margin = (lastT - this.#clock.positionAt(this.#serverClock.at(now))) / this.speed;
      this.#playout.delay.noteArrival(margin, now);
    }
    this.#buffer.push(generation, frames);
  }

  #connectionChanged(status) {
    if (status.phase !== "open") this.#standStill();
    const told = this.#byeReason && status.phase === "waiting" ? sentence(this.#byeReason) : status.reason;
    this.connectionStatus = { ...status, reason: told };
    this.#listeners.onConnection(this.connectionStatus);
  }

  /** Without a connection the picture stays, and goes on from what was last seen of it. */
  #standStill() {
    this.#stopPings();
    if (!this.hello || this.#shownT === null || !this.#clock.playing) return;
    const t = Math.min(this.#shownT, this.#buffer.lastT ?? Infinity);
    this.#clock.setAnchor({ ...this.#clock.anchor, t, status: "buffering" });
    this.#playout.reset();
    this.#shownT = t;
  }

  #resumeQuery() {
    if (!this.hello || this.#shownT === null) return "";
    const query = new URLSearchParams({ t: this.#shownT.toFixed(3), speed: String(this.speed) });
    if (this.status === "paused" || this.status === "ended") query.set("paused", "1");
    return `?${query}`;
  }

  #startPings() {
    this.#stopPings();
    const ping = () => this.#connection.send("ping", { sent: localNow() });
    this.#pings = FIRST_PINGS_MS.map((wait) => setTimeout(ping, wait));
    this.#pings.push(setInterval(ping, PING_INTERVAL_MS));
  }

  #stopPings() {
    for (const timer of this.#pings) clearTimeout(timer);
    this.#pings = [];
  }
}

function sentence(text) {
  const trimmed = text.replace(/[_\s]+/g, " ").trim().replace(/\.$/, "");
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
}
