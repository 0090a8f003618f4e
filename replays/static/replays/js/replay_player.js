/**
 * A replay being played in a room: the socket, its clocks, its frames and what its events add up to. Knows nothing of
 * the page; whoever draws asks it, once an animation frame, what is to be seen now.
 */

import { ReplayConnection } from "./connection.js";
import { FlagHistory } from "./flag_history.js";
import { FrameBuffer } from "./frame_buffer.js";
import { MediaClock } from "./media_clock.js";
import { Playout } from "./playout.js";
import { mayControl, roomAfter, roomOfHello } from "./room.js";
import { ServerClock } from "./server_clock.js";
import { SessionState } from "./session_state.js";

const PING_INTERVAL_MS = 4000;
const FIRST_PINGS_MS = [0, 80, 160, 250, 400, 700, 1200];
/** Frames overdue by this much (real time) count as buffering, even if the server has not said so. */
const STALL_S = 1.0;
/** The last frame may lie this much before the end. */
const AT_END_S = 0.1;

const localNow = () => performance.now() / 1000;
const roomPath = (id) => `/ws/v1/rooms/${encodeURIComponent(id)}/`;
const replayPath = (id) => `/ws/v1/replays/${encodeURIComponent(id)}/`;

/**
 * @typedef {object} Listeners
 * @property {(hello: object) => void} onHello
 * @property {(state: import("./protocol.js").State, jump: boolean) => void} onState
 * @property {(room: import("./room.js").Room) => void} onRoom
 * @property {(status: import("./connection.js").ConnectionStatus) => void} onConnection
 * @property {(refusal: {code: string, detail: string}) => void} onError
 */
export class ReplayPlayer {
  #listeners;
  #connection;
  #path;
  #pings = [];
  #serverClock = new ServerClock();
  #clock = new MediaClock();
  #playout = new Playout(this.#clock);
  #buffer = new FrameBuffer();
  #shownT = null;
  #greeted = false;
  #unbroken = false;

  /** @type {object|null} */
  hello = null;
  /** The room this page is in, or was in last. @type {import("./room.js").Room|null} */
  room = null;
  connectionStatus = { phase: "connecting", code: null, reason: "", retryAt: null };
  session = new SessionState();
  flagHistory = new FlagHistory();

  /**
   * @param {{origin: string, path: string}} socket `path` of a replay, which opens a room, or of a room
   * @param {Listeners} listeners
   */
  constructor({ origin, path }, listeners) {
    this.#listeners = listeners;
    this.#path = path;
    this.#connection = new ReplayConnection({
      address: () => origin + this.#path,
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

  /** The room has ended: a new one of the same replay, from where this one was. */
  openNewRoom() {
    const query = new URLSearchParams({ speed: String(this.speed) });
    if (this.#shownT !== null && this.status !== "ended") query.set("t", this.#shownT.toFixed(3));
    if (this.status === "paused") query.set("paused", "1");
    this.#path = `${replayPath(this.hello.replay.id)}?${query}`;
    this.#connection.open();
  }

  /** The page was away: clocks may have stood still meanwhile. */
  wake() {
    if (this.#greeted) this.#startPings();
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

  /** @param {boolean} everyone whether all in the room may control it, or the host alone */
  shareControl(everyone) {
    this.#connection.send("control", { control: everyone ? "everyone" : "host" });
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

  get mayControl() {
    return mayControl(this.room);
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
   * @returns {{t: number, sample: import("./frame_buffer.js").Sample|null}|null} null before `hello`, and while it is
   *   not known what time it is in the room
   */
  viewAt(now) {
    if (!this.hello || (this.#clock.playing && !this.#serverClock.known)) return null;
    const t = this.#playout.timeAt(now, this.#serverClock.at(now));
    this.#shownT = t;
    if (!this.#greeted && this.#clock.playing && this.stalled) this.#standStill();
    this.#buffer.discardBefore(t);
    for (const event of this.session.advance(t)) {
      if (event.kind === "track_status") this.flagHistory.begin(event.name, event.t);
    }
    this.flagHistory.extend(t);
    return { t, sample: this.#buffer.sample(t) };
  }

  /** Figures for tests and the curious. */
  figures() {
    const serverNow = this.#serverClock.known ? this.#serverClock.at(localNow()) : null;
    return {
      shownT: this.#shownT,
      t: serverNow === null && this.#clock.playing ? null : this.#clock.positionAt(serverNow),
      serverNow,
      buffered: this.#buffer.length,
      delay: this.#playout.delay.value,
    };
  }

  #handlers = {
    hello: (hello) => {
      const sameRoom = this.room?.id === hello.room;
      this.hello = hello;
      this.#greeted = true;
      this.#unbroken = false;
      this.#path = roomPath(hello.room);
      this.#connection.confirm();
      this.#clock.setEnd(hello.replay.t_end);
      if (!sameRoom || hello.state.generation < this.#buffer.generation) {
        this.#buffer.reset();
        this.#playout.reset();
      }
      this.#startPings();
      this.#enterRoom(roomOfHello(hello, this.room));
      this.#listeners.onHello(hello);
      this.#anchor(hello.state);
    },
    room: (told) => this.#enterRoom(roomAfter(this.room, told)),
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
    // Who is refused at the door is told by the code of the close that follows.
    error: ({ detail, code }) => this.#greeted && this.#listeners.onError({ code, detail }),
    bye: () => this.#connection.comeBack(),
  };

  #enterRoom(room) {
    this.room = room;
    this.#listeners.onRoom(room);
  }

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
    // Only frames that follow on from the last ones tell how long frames are on their way.
    if (this.#unbroken && this.#clock.playing && this.#serverClock.known && generation === before && lastT !== null) {
      const margin = (lastT - this.#clock.positionAt(this.#serverClock.at(now))) / this.speed;
      this.#playout.delay.noteArrival(margin, now);
    }
    this.#unbroken = true;
    this.#buffer.push(generation, frames);
  }

  #connectionChanged(status) {
    if (status.phase !== "open") {
      this.#greeted = false;
      this.#stopPings();
    }
    this.connectionStatus = status;
    this.#listeners.onConnection(status);
  }

  /**
   * Without a connection the room's clock is believed for a moment, so that a short break is not seen; then the picture
   * stands, and goes on from what was last seen of it.
   */
  #standStill() {
    this.#clock.setAnchor({ ...this.#clock.anchor, t: this.#shownT, status: "buffering" });
    this.#playout.reset();
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
