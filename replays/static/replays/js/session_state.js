/**
 * What the snapshot and the events so far add up to. Pure. Events come ahead of their time, with the frames, and wait
 * here until the drawn moment reaches them.
 *
 * @typedef {{kind: string, t: number}} SessionEvent with the fields of its kind
 */

const MESSAGES_KEPT = 40;

export class SessionState {
  #waiting = [];

  /** @type {string|null} */
  trackStatus = null;
  /** @type {object|null} */
  weather = null;
  /**
   * Race control messages, the newest first.
   * @type {{t: number, message: string, category: string, flag: string|null}[]}
   */
  messages = [];
  /** The fastest lap so far, in qualifying of the running segment. @type {{number: string, lapTime: number}|null} */
  fastestLap = null;
  /**
   * The colours of each car's sectors on its lap, or on its last one until the first sector of the next is driven.
   * @type {Map<string, {lap: number, colours: (string|null)[]}>}
   */
  sectors = new Map();
  /** How many mini-sectors each sector has; empty where the timing feed has none. @type {number[]} */
  miniSectorCounts = [];
  /** The letters of each car's mini-sectors, the sectors parted by `|`. @type {Map<string, string>} */
  miniSectors = new Map();

  /** A seek: what was still to come is no longer what comes next. */
  jump() {
    this.#waiting = [];
  }

  /** @param {object} snapshot */
  applySnapshot(snapshot) {
    this.#waiting = this.#waiting.filter((event) => event.t > snapshot.t);
    this.trackStatus = snapshot.track_status?.name ?? null;
    this.weather = snapshot.weather ?? null;
    this.messages = [];
    for (const message of snapshot.race_control ?? []) this.#addMessage(message);
    this.#noteFastest(snapshot.fastest_lap);
    this.sectors = new Map(Object.entries(snapshot.sectors ?? {}));
    this.miniSectors = new Map();
    this.#noteMiniSectors(snapshot.mini_sectors ?? {});
  }

  /** @param {SessionEvent} event */
  expect(event) {
    let place = this.#waiting.length;
    while (place > 0 && this.#waiting[place - 1].t > event.t) place--;
    this.#waiting.splice(place, 0, event);
  }

  /**
   * Applies the events up to `t`.
   * @param {number} t seconds of session time
   * @returns {SessionEvent[]} those that were applied
   */
  advance(t) {
    let due = 0;
    while (due < this.#waiting.length && this.#waiting[due].t <= t) due++;
    const events = this.#waiting.splice(0, due);
    for (const event of events) this.#apply(event);
    return events;
  }

  #apply(event) {
    if (event.kind === "track_status") this.trackStatus = event.name;
    else if (event.kind === "weather") this.weather = event;
    else if (event.kind === "race_control") this.#addMessage(event);
    else if (event.kind === "fastest_lap") this.#noteFastest(event);
    else if (event.kind === "sector") this.#noteSector(event);
    else if (event.kind === "mini_sectors") this.#noteMiniSectors(event);
  }

  /** After a deletion, and when a segment of qualifying begins, there may be none any more. */
  #noteFastest(fastest) {
    const known = fastest?.number != null && Number.isFinite(fastest.lap_time);
    this.fastestLap = known ? { number: String(fastest.number), lapTime: fastest.lap_time } : null;
  }

  /** A sector that was the best of all is the car's own best once another is better, as in the timing feed. */
  #noteSector({ number, lap, sector, colour }) {
    if (colour === "purple") {
      for (const { colours } of this.sectors.values()) {
        if (colours[sector - 1] === "purple") colours[sector - 1] = "green";
      }
    }
    const before = this.sectors.get(String(number));
    const colours = before?.lap === lap ? [...before.colours] : [null, null, null];
    colours[sector - 1] = colour;
    this.sectors.set(String(number), { lap, colours });
  }

  #noteMiniSectors({ counts = [], cars = {} }) {
    this.miniSectorCounts = counts;
    for (const [number, letters] of Object.entries(cars)) this.miniSectors.set(number, letters);
  }

  #addMessage(message) {
    if (!message?.message) return;
    const known = this.messages.some((other) => other.t === message.t && other.message === message.message);
    if (known) return;
    this.messages.unshift(message);
    this.messages.sort((a, b) => b.t - a.t);
    this.messages.length = Math.min(this.messages.length, MESSAGES_KEPT);
  }
}

/**
 * @param {object} replay of `hello`
 * @returns {boolean} whether it is run for position over a number of laps, rather than for the best lap
 */
export function isRace(replay) {
  const name = `${replay.session_name ?? replay.session ?? ""}`.toLowerCase();
  if (/qualifying|shootout|practice/.test(name)) return false;
  if (/race|sprint/.test(name)) return true;
  return Number.isFinite(replay.laps);
}
