/**
 * Which moment is drawn now: a little behind the server's, by a delay that is long enough for the frames to be here in
 * time, and never jumping back. Pure; `local` times are seconds of the browser's monotonic clock.
 */

const SAFETY_S = 0.025;
/**
 * The delay of everybody whose frames come in time with it, so that all in a room see the same moment. The server sends
 * a tenth of a second ahead: with this much more, frames may be on their way for 160 ms.
 */
const COMMON_DELAY_S = 0.12;
const MOST_DELAY_S = 1.0;
const WINDOW_S = 8;
/** How fast the delay may grow and shrink, seconds per second; what plays slower or faster by it must not be seen. */
const GROW = 0.2;
const SHRINK = 0.05;
const GLIDE_S = 0.09;
const GLIDE_DONE_S = 0.001;

/** While the clock stands still on purpose, any other moment is a seek. */
const SLACKLESS = new Set(["paused", "ended"]);

/** The common delay, or where frames come later than that, their lateness of the last seconds and a safety margin. */
export class PlayoutDelay {
  #value = COMMON_DELAY_S;
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
    const goal = Math.min(Math.max(need, COMMON_DELAY_S), MOST_DELAY_S);
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
  /** The anchor up to now, while a new one has come that nothing was drawn by yet. */
  #left = null;
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
    this.#left = null;
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
    const slack = SLACKLESS.has(before.status) ? 0.002 : 0.5 + 0.25 * before.speed;
    const jump = !this.#anchored || Math.abs(state.t - expected) > slack;
    this.#anchored = true;
    this.#clock.setAnchor(state);
    if (jump) {
      this.#shown = null;
      this.#glide = 0;
      this.#left = null;
      this.#floor = state.t;
    } else {
      this.#floor = this.#shown === null ? this.#floor : -Infinity;
      this.#left ??= this.#shown === null ? null : before;
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
    const goal = this.#goal(this.#clock.anchor, serverNow, delay);
    if (this.#left) {
      // Pausing, or going slower, is reached in a short glide; the other way round it waits (the maximum below).
      const went = Math.max(this.#goal(this.#left, serverNow, delay) + this.#rest(local), this.#shown);
      this.#glide = Math.min(0, went - goal);
      this.#glideSince = local;
      this.#left = null;
    }
    this.#shown = Math.max(goal + this.#rest(local), this.#shown ?? -Infinity);
    return this.#shown;
  }

  #goal(anchor, serverNow, delay) {
    const behind = anchor.status === "playing" ? delay * anchor.speed : 0;
    return Math.max(this.#clock.positionAt(serverNow, anchor) - behind, this.#floor);
  }

  #rest(local) {
    const rest = this.#glide * Math.exp(-(local - this.#glideSince) / GLIDE_S);
    return Math.abs(rest) < GLIDE_DONE_S ? 0 : rest;
  }
}
