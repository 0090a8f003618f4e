/**
 * What time the server has, estimated from pings. Pure; `local` times are seconds of the browser's monotonic clock
 * (`performance.now() / 1000`).
 */

const PONGS_KEPT = 12;
/** How far two clocks may run apart, seconds per second: what an old pong says is worth less. */
const DRIFT = 2e-4;
const EASE_S = 0.4;
const JUMP_S = 0.25;

/**
 * Each pong says between which two values the difference of the clocks lies: the server answered after the ping had
 * left and before the pong was here. What all of the last pongs allow is as narrow as their quickest way there and
 * their quickest way back together, and its middle is believed.
 */
export class ServerClock {
  #pongs = [];
  #from = 0;
  #to = 0;
  #since = -Infinity;
  #known = false;

  /**
   * @param {number} serverTime Unix seconds of the pong
   * @param {number} sent local time at which its ping left
   * @param {number} received local time at which it came back
   */
  addPong(serverTime, sent, received) {
    this.#pongs.push({ least: serverTime - received, most: serverTime - sent, received });
    if (this.#pongs.length > PONGS_KEPT) this.#pongs.shift();
    const best = this.#middle(received);
    const present = this.#offset(received);
    // A small correction is eased in, because every moving car would show it as a jerk.
    if (!this.#known || Math.abs(best - present) > JUMP_S) return this.#jump(best);
    this.#from = present;
    this.#to = best;
    this.#since = received;
  }

  /** Whether there was a pong: before it nothing is known. */
  get known() {
    return this.#known;
  }

  /** @param {number} local @returns {number} Unix seconds at the server */
  at(local) {
    return local + this.#offset(local);
  }

  #middle(now) {
    let least = -Infinity;
    let most = Infinity;
    for (const pong of this.#pongs) {
      const slack = DRIFT * (now - pong.received);
      least = Math.max(least, pong.least - slack);
      most = Math.min(most, pong.most + slack);
    }
    if (least <= most) return (least + most) / 2;
    // They contradict each other: this machine slept, or the server's clock was set. Only the last one counts.
    this.#pongs.splice(0, this.#pongs.length - 1);
    const [last] = this.#pongs;
    return (last.least + last.most) / 2;
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
