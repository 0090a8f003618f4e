/**
 * Two clocks, both pure: what time the server has, and which moment of the session it is there.
 * `local` times are seconds of the browser's monotonic clock (`performance.now() / 1000`).
 */

const PONGS_KEPT = 8;
const EASE_S = 0.4;
const JUMP_S = 0.25;

/** The server's clock, estimated from pings: the quickest round trip of the last few is the one believed. */
export class ServerClock {
  #pongs = [];
  #from = 0;
  #to = 0;
  #since = -Infinity;
  #known = false;

  /**
   * A first guess before any pong: a message stamped `serverTime` has just arrived.
   * @param {number} serverTime
   * @param {number} local
   */
  seed(serverTime, local) {
    if (this.#pongs.length === 0) this.#jump(serverTime - local);
  }

  /**
   * @param {number} serverTime Unix seconds of the pong
   * @param {number} sent local time at which its ping left
   * @param {number} received local time at which it came back
   */
  addPong(serverTime, sent, received) {
    const first = this.#pongs.length === 0;
    this.#pongs.push({ roundTrip: received - sent, offset: serverTime - (sent + received) / 2 });
    if (this.#pongs.length > PONGS_KEPT) this.#pongs.shift();
    const best = this.#pongs.reduce((a, b) => (b.roundTrip < a.roundTrip ? b : a)).offset;
    const present = this.#offset(received);
    // A small correction is eased in, because every moving car would show it as a jerk.
    if (first || Math.abs(best - present) > JUMP_S) return this.#jump(best);
    this.#from = present;
    this.#to = best;
    this.#since = received;
  }

  /** Forgets the pongs: the machine slept, or this is another server. The estimate stays until the next pong. */
  reset() {
    this.#pongs = [];
  }

  get known() {
    return this.#known;
  }

  /** @param {number} local @returns {number} Unix seconds at the server */
  at(local) {
    return local + this.#offset(local);
  }

  #offset(local) {
    return this.#to + (this.#from - this.#to) * Math.exp(-Math.max(0, local - this.#since) / EASE_S);
  }

  #jump(offset) {
    this.#from = this.#to = offset;
    this.#since = -Infinity;
    this.#known = true;
  }
}

/** The moment of the session, from the last `state`: anchored, never ticked, so it cannot drift. */
export class MediaClock {
  #anchor = { t: 0, speed: 1, status: "paused", server_time: 0 };
  #end = Infinity;

  /** @param {import("./protocol.js").State} state */
  setAnchor(state) {
    this.#anchor = { t: state.t, speed: state.speed, status: state.status, server_time: state.server_time };
  }

  /** @param {number} t the session time that is never passed */
  setEnd(t) {
    this.#end = t;
  }

  get anchor() {
    return this.#anchor;
  }

  get playing() {
    return this.#anchor.status === "playing";
  }

  /** @param {number} serverNow Unix seconds @returns {number} seconds of session time */
  positionAt(serverNow) {
    if (!this.playing) return this.#anchor.t;
    const elapsed = Math.max(0, serverNow - this.#anchor.server_time);
    return Math.min(this.#anchor.t + elapsed * this.#anchor.speed, this.#end);
  }
}
