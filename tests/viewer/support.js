/** What several tests of the viewer need. */

import assert from "node:assert/strict";

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

/** @param {string} hex may have white space @returns {ArrayBuffer} as a socket gives a binary message */
export function bufferOf(hex) {
  return Uint8Array.from(hex.replace(/\s/g, "").match(/../g) ?? [], (pair) => parseInt(pair, 16)).buffer;
}

export function near(actual, expected, within = 1e-9) {
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not within ${within} of ${expected}`);
}

/** @param {number} seed @returns {() => number} the same numbers from 0 to 1 every time */
export function chances(seed) {
  let value = seed;
  return () => {
    value = (value * 1664525 + 1013904223) % 2 ** 32;
    return value / 2 ** 32;
  };
}
