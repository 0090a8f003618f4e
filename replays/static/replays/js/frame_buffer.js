/**
 * The frames that have come and are still to be drawn. Pure: frames go in, the two around a moment come out.
 *
 * @typedef {import("./protocol.js").Frame} Frame
 * @typedef {{before: Frame, after: Frame, fraction: number}} Sample `fraction` 0 is `before`, 1 is `after`
 */

const SAME_INSTANT_S = 0.0005;

export class FrameBuffer {
  #capacity;
  #frames = [];
  #generation = -Infinity;
  #fresh = false;

  /** @param {number} [capacity] most frames kept; the oldest go first */
  constructor(capacity = 300) {
    this.#capacity = capacity;
  }

  get length() {
    return this.#frames.length;
  }

  get generation() {
    return this.#generation;
  }

  /** @returns {number|null} seconds of session time of the newest frame */
  get lastT() {
    return this.#frames.at(-1)?.t ?? null;
  }

  /** Empties it, and takes any generation next: another room. */
  reset() {
    this.#frames = [];
    this.#generation = -Infinity;
    this.#fresh = false;
  }

  /**
   * A new generation begins at `t`. Frames around `t` stay for drawing until the new ones replace them (a frame at one
   * moment is the same in every generation); after a seek elsewhere nothing stays.
   * @param {number} generation
   * @param {number} t
   * @returns {boolean} false where this generation is already past
   */
  startGeneration(generation, t) {
    if (generation < this.#generation) return false;
    if (generation === this.#generation) return true;
    this.#generation = generation;
    this.#fresh = true;
    if (!this.#reaches(t)) this.#frames = [];
    return true;
  }

  /**
   * @param {number} generation
   * @param {Frame[]} frames in the order of their times
   * @returns {number} how many were taken; 0 where the generation is past
   */
  push(generation, frames) {
    if (frames.length === 0) return 0;
    if (!this.startGeneration(generation, frames[0].t)) return 0;
    if (this.#fresh) {
      this.#fresh = false;
      const begin = frames[0].t - SAME_INSTANT_S;
      this.#frames = this.#frames.filter((frame) => frame.t < begin);
    }
    const before = this.#frames.length;
    for (const frame of frames) {
      if (this.#frames.length === 0 || frame.t > this.#frames.at(-1).t + SAME_INSTANT_S) this.#frames.push(frame);
    }
    const taken = this.#frames.length - before;
    if (this.#frames.length > this.#capacity) this.#frames.splice(0, this.#frames.length - this.#capacity);
    return taken;
  }

  /**
   * @param {number} t seconds of session time; before the first or after the last frame that frame stands
   * @returns {Sample|null} null while there is no frame
   */
  sample(t) {
    const frames = this.#frames;
    if (frames.length === 0) return null;
    const next = this.#firstAfter(t);
    if (next === 0) return { before: frames[0], after: frames[0], fraction: 0 };
    const before = frames[next - 1];
    if (next === frames.length) return { before, after: before, fraction: 0 };
    const after = frames[next];
    return { before, after, fraction: (t - before.t) / (after.t - before.t) };
  }

  /** Lets go of what lies before `t`, but for the one frame needed to draw at `t`. @param {number} t */
  discardBefore(t) {
    const next = this.#firstAfter(t);
    if (next > 1) this.#frames.splice(0, next - 1);
  }

  #firstAfter(t) {
    let low = 0;
    let high = this.#frames.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#frames[middle].t <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #reaches(t) {
    if (this.#frames.length === 0) return false;
    const step = this.#frames.length > 1 ? this.lastT - this.#frames.at(-2).t : 0;
    return t >= this.#frames[0].t - SAME_INSTANT_S && t <= this.lastT + 1.5 * step + SAME_INSTANT_S;
  }
}

/**
 * One continuous value of one car at a sample.
 * @param {Sample} sample
 * @param {number} car place of the car in the frames
 * @param {number|undefined} column place of the column in a row
 * @returns {number|null} null where it is not known; the earlier value where only the later one is missing
 */
export function interpolate(sample, car, column) {
  const from = sample.before.cars[car]?.[column] ?? null;
  if (from === null) return null;
  const to = sample.after.cars[car]?.[column] ?? null;
  return to === null ? from : from + (to - from) * sample.fraction;
}
