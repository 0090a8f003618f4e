/**
 * The rows of the timing tower for one frame. Pure.
 *
 * @typedef {{number: string, position: number|null, gap: string, compound: string|null, tyreAge: number|null,
 *   tag: string, out: boolean, sectors: import("./sector_marks.js").SectorMark[]}} TowerRow
 */

import { formatGap, formatLapTime, lapsBetween } from "./formatters.js";
import { NO_MARKS, sectorMarks } from "./sector_marks.js";

const TAGS = {
  grid: "GRID",
  in_pit: "PIT",
  in_box: "BOX",
  out_lap: "OUT",
  stopped: "STOP",
  retired: "RET",
  finished: "FIN",
};

/**
 * @param {object} input
 * @param {import("./protocol.js").Car[]} input.cars
 * @param {import("./protocol.js").Frame} input.frame
 * @param {Object<string, number>} input.places see `columnPlaces`
 * @param {"gap"|"interval"} input.mode
 * @param {boolean} input.race see `isRace`
 * @param {import("./session_state.js").SessionState} input.session of which the colours of sectors are shown, and
 *   outside races the fastest lap
 * @returns {TowerRow[]} in running order; cars that are not part of the session are absent
 */
export function towerRows({ cars, frame, places, mode, race, session }) {
  const entries = cars.flatMap((car, index) => {
    const row = frame.cars[index];
    return row ? [{ number: String(car.number), read: (name) => row[places[name]] ?? null }] : [];
  });
  const running = inOrder(entries);
  return running.map((entry, index) => {
    const status = entry.read("status");
    const out = status === "retired";
    const gap = race ? raceGap(running, index, mode, out || status === "grid") : lapGap(running, index, mode, session);
    return {
      number: entry.number,
      position: entry.read("position"),
      gap,
      compound: entry.read("tyre"),
      tyreAge: entry.read("tyre_age"),
      tag: TAGS[status] ?? "",
      out,
      sectors: out ? NO_MARKS : sectorMarks(session, entry.number),
    };
  });
}

function inOrder(entries) {
  const rank = (entry) => entry.read("position") ?? Infinity;
  return [...entries].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

function raceGap(running, index, mode, still) {
  if (still) return "";
  if (index === 0) return "Leader";
  const reference = running[mode === "gap" ? 0 : index - 1];
  const own = running[index];
  return formatGap(own.read(mode), lapsBetween(reference.read("progress"), own.read("progress")));
}

function lapGap(running, index, mode, { fastestLap }) {
  const own = running[index];
  if (index === 0) return fastestLap?.number === own.number ? formatLapTime(fastestLap.lapTime) : "No time";
  const told = own.read(mode);
  return told === null ? "No time" : formatGap(told);
}
