/** Numbers as people of the paddock read them. Pure. */

const NOTHING = "–";

/**
 * @param {number|null} seconds
 * @returns {string} `1:02:03`, `2:03`, with a minus sign before zero
 */
export function formatClock(seconds) {
  if (!Number.isFinite(seconds)) return `${NOTHING}:${NOTHING}${NOTHING}`;
  const whole = Math.floor(Math.abs(seconds) + (seconds < 0 ? 0.999 : 0));
  const sign = seconds < 0 && whole > 0 ? "−" : "";
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = twoDigits(whole % 60);
  return hours > 0 ? `${sign}${hours}:${twoDigits(minutes)}:${rest}` : `${sign}${minutes}:${rest}`;
}

/**
 * @param {number|null} seconds
 * @returns {string} `1:23.456`, `59.001`
 */
export function formatLapTime(seconds) {
  if (!Number.isFinite(seconds)) return NOTHING;
  const ms = Math.round(seconds * 1000);
  const minutes = Math.floor(ms / 60000);
  const rest = ((ms % 60000) / 1000).toFixed(3);
  return minutes > 0 ? `${minutes}:${rest.padStart(6, "0")}` : rest;
}

/**
 * @param {number|null} seconds behind
 * @param {number} [lapsDown] whole laps behind; from one on, they are what is said
 * @returns {string} `+1.234`, `+1:02.345`, `+2L`
 */
export function formatGap(seconds, lapsDown = 0) {
  if (lapsDown >= 1) return `+${lapsDown}L`;
  if (!Number.isFinite(seconds)) return NOTHING;
  return `+${formatLapTime(Math.max(0, seconds))}`;
}

/**
 * @param {number|null} lap the leader's
 * @param {number|null} laps of the race
 * @param {boolean} finished whether the leader has taken the flag
 * @returns {string} how many follow the running one
 */
export function formatLapsToGo(lap, laps, finished) {
  if (finished) return "Finished";
  if (!Number.isFinite(lap) || !Number.isFinite(laps)) return "";
  const left = Math.max(0, laps - lap);
  if (left === 0) return "Last lap";
  return left === 1 ? "1 lap to go" : `${left} laps to go`;
}

/**
 * @param {number|null} ahead progress of the car ahead, in laps since the start
 * @param {number|null} behind
 * @returns {number} whole laps between them
 */
export function lapsBetween(ahead, behind) {
  if (!Number.isFinite(ahead) || !Number.isFinite(behind)) return 0;
  return Math.max(0, Math.floor(ahead - behind + 1e-6));
}

const COMPOUNDS = {
  HYPERSOFT: "HS",
  ULTRASOFT: "US",
  SUPERSOFT: "SS",
  SOFT: "S",
  MEDIUM: "M",
  HARD: "H",
  SUPERHARD: "SH",
  INTERMEDIATE: "I",
  WET: "W",
};

/**
 * @param {string|null} compound
 * @returns {{letter: string, kind: string, name: string}} `kind` names the style of the badge
 */
export function tyreBadge(compound) {
  const key = typeof compound === "string" ? compound.toUpperCase().replace(/[^A-Z]/g, "") : "";
  if (!key) return { letter: "", kind: "none", name: "" };
  const letter = COMPOUNDS[key];
  if (!letter) return { letter: "?", kind: "unknown", name: "Unknown tyre" };
  return { letter, kind: key.toLowerCase(), name: key[0] + key.slice(1).toLowerCase() };
}

/** @param {number} speed @returns {string} `0.5×`, `16×` */
export function formatSpeed(speed) {
  return `${speed}×`;
}

function twoDigits(value) {
  return String(value).padStart(2, "0");
}
