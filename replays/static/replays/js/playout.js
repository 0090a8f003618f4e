/**
 * Which moment is drawn now: a little behind the server's, by a delay that is just long enough for the frames to be
 * here in time, and never jumping back. Pure; `local` times are seconds of the browser's monotonic clock.
 */

const SAFETY_S = 0.025;
const LEAST_DELAY_S = 0.03;
const MOST_DELAY_S = 1.0;
const FIRST_DELAY_S = 0.08;
const WINDOW_S = 8;
/** How fast the delay may grow and shrink, seconds per second; shrinking plays faster, which must not be seen. */
const GROW = 0.2;
const SHRINK = 0.02;
const GLIDE_S = 0.09;
const GLIDE_DONE_S = 0.001;

/** The delay: the longest lateness of the last seconds and a safety margin. */
export class PlayoutDelay {
  #value = FIRST_DELAY_S;
  #arrivals = [];
  #last = null;

  /**
   * A batch arrived `marginS` (real seconds) before an undelayed player would have run out of frames; negative: after.
   * @param {number} marginS
   * @param {number} local
   */
  noteArrival(marginS, local) {
    if (!Number.isFinite(marginS)) return;
    this.#arrivals.push({ local, need: SAFETY_S - marginS });
    while (this.#arrivals[0].local < local - WINDOW_S) this.#arrivals.shift();
    // The picture already stands still: go on from where it stands instead of leaping to catch up.
    if (-marginS > this.#value) this.#value = Math.min(-marginS, MOST_DELAY_S);
  }

  /** @returns {number} seconds of real time, as last asked for */
  get value() {
    return this.#value;
  }

  /** @param {number} local @returns {number} seconds of real time */
  at(local) {
    const passed = this.#last === null ? 0 : Math.max(0, local - this.#last);
    this.#last = local;
    if (this.#arrivals.length === 0) return this.#value;
    const need = Math.max(...this.#arrivals.map((arrival) => arrival.need));
    const goal = Math.min(Math.max(need, LEAST_DELAY_S), MOST_DELAY_S);
    if (goal > this.#value) this.#value = Math.min(goal, this.#value + GROW * passed);
    else this.#value = Math.max(goal, this.#value - SHRINK * passed);
    return this.#value;
  }
}

/** The drawn moment. */
export class Playout {
  #clock;
  #delay;
  #anchored = false;
  #shown = null;
  #glide = 0;
  #glideSince = 0;
  #pendingGlide = false;
  #floor = -Infinity;

  /**
   * @param {import("./media_clock.js").MediaClock} clock
   * @param {PlayoutDelay} [delay]
   */
  constructor(clock, delay = new PlayoutDelay()) {
    this.#clock = clock;
    this.#delay = delay;
  }

  get delay() {
    return this.#delay;
  }

  /** Forgets what was shown: another server clock, another room. */
  reset() {
    this.#anchored = false;
    this.#shown = null;
    this.#glide = 0;
    this.#pendingGlide = false;
    this.#floor = -Infinity;
  }

  /**
   * A new `state` came: anchors the clock.
   * @param {import("./protocol.js").State} state
   * @returns {boolean} whether it is a jump (a seek) rather than the same moment played on
   */
  anchor(state) {
    const before = this.#clock.anchor;
    const expected = this.#clock.positionAt(state.server_time);
    const slack = before.status === "playing" ? 0.5 + 0.25 * before.speed : 0.002;
    const jump = !this.#anchored || Math.abs(state.t - expected) > slack;
    this.#anchored = true;
    this.#clock.setAnchor(state);
    if (jump) {
      this.#shown = null;
      this.#glide = 0;
      this.#pendingGlide = false;
      this.#floor = state.t;
    } else {
      this.#floor = this.#shown === null ? this.#floor : -Infinity;
      this.#pendingGlide = this.#shown !== null;
    }
    return jump;
  }

  /**
   * @param {number} local
   * @param {number} serverNow
   * @returns {number} seconds of session time to draw
   */
  timeAt(local, serverNow) {
    const delay = this.#delay.at(local);
    const position = this.#clock.positionAt(serverNow);
    const behind = this.#clock.playing ? delay * this.#clock.anchor.speed : 0;
    const goal = Math.max(position - behind, this.#floor);
    if (this.#pendingGlide) {
      // Pausing, or going slower, is reached in a short glide; the other way round it waits (the maximum below).
      this.#glide = Math.min(0, this.#shown - goal);
      this.#glideSince = local;
      this.#pendingGlide = false;
    }
    let rest = this.#glide * Math.exp(-(local - this.#glideSince) / GLIDE_S);
    if (Math.abs(rest) < GLIDE_DONE_S) rest = this.#glide = 0;
    this.#shown = Math.max(goal + rest, this.#shown ?? -Infinity);
    return this.#shown;
  }
}
