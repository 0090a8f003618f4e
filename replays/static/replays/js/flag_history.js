/**
 * The track status periods seen so far, for the seek bar. Pure. Only what the viewer has watched or been told is
 * marked: what is to come stays unknown.
 *
 * @typedef {{name: string, start: number, end: number}} Period seconds of session time
 */

const SAME_START_S = 0.5;

export class FlagHistory {
  #periods = [];
  #current = null;

  /** @returns {Period[]} without the clear ones, by start */
  get periods() {
    return this.#periods.filter((period) => period.name !== "all_clear");
  }

  /** Another moment: the present period is not known to go on from where one was. */
  jump() {
    this.#current = null;
  }

  /**
   * The status has been `name` since `start`.
   * @param {string} name
   * @param {number} start
   */
  begin(name, start) {
    const same = (period) => period.name === name && Math.abs(period.start - start) < SAME_START_S;
    if (this.#current && !same(this.#current)) this.#current.end = Math.max(this.#current.start, start);
    this.#current = this.#periods.find(same) ?? this.#insert({ name, start, end: start });
  }

  /**
   * The present period still goes on at `t`.
   * @param {number} t
   */
  extend(t) {
    if (this.#current && t > this.#current.end) this.#current.end = t;
  }

  #insert(period) {
    this.#periods.push(period);
    this.#periods.sort((a, b) => a.start - b.start);
    return period;
  }
}
