/** What several tests of the viewer need. */

/** @returns {object} a state of the protocol */
export function state(fields = {}) {
  return { generation: 1, status: "playing", t: 100, speed: 1, server_time: 5000, request_id: null, ...fields };
}

/** @returns {object} a frame with one car, whose x is ten times the time */
export function frame(t, x = t * 10) {
  return { t, lap: 1, cars: [[x, 0]] };
}

/** @returns {object[]} frames from `start`, `step` apart */
export function frames(start, count, step = 1) {
  return Array.from({ length: count }, (_, index) => frame(start + index * step));
}
