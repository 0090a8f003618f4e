/**
 * The text messages of the socket, protocol version 1. Whatever comes in is checked here once, so that the rest of the
 * page may trust its shape; times are seconds of session time, server times Unix seconds.
 *
 * @typedef {{number: string, code: string, name: string, team: string, colour: string}} Car
 * @typedef {{generation: number, status: "playing"|"paused"|"buffering"|"ended", t: number, speed: number,
 *   server_time: number, request_id: string|null}} State
 * @typedef {{t: number, lap: number|null, cars: (Array<*>|null)[]}} Frame
 */

const INTEGER_TYPES = new Set(["int8", "int16", "int32"]);
const STATUSES = new Set(["playing", "paused", "buffering", "ended"]);
const CONTROLS = new Set(["host", "everyone"]);

/** A message that does not say what the protocol promises. */
export class ProtocolError extends Error {}

/**
 * @param {string} text one text message of the socket
 * @returns {object|null} the message, or null where a newer server sends a type this page does not know
 * @throws {ProtocolError}
 */
export function parseMessage(text) {
  const message = readJson(text);
  if (!isObject(message) || typeof message.type !== "string") {
    throw new ProtocolError("a message without a type");
  }
  const check = CHECKS[message.type];
  if (!check) return null;
  check(message);
  return message;
}

/**
 * @param {{name: string}[]} columns of `hello`
 * @returns {Object<string, number>} the place of each column in a car's row; absent columns are undefined
 */
export function columnPlaces(columns) {
  return Object.fromEntries(columns.map((column, place) => [column.name, place]));
}

/**
 * @param {string} type a command of the protocol
 * @param {object} [fields]
 * @param {string|null} [requestId]
 * @returns {string} the text to send
 */
export function encodeCommand(type, fields = {}, requestId = null) {
  return JSON.stringify(requestId === null ? { type, ...fields } : { type, ...fields, request_id: requestId });
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError("a message that is not JSON");
  }
}

const CHECKS = {
  hello(message) {
    need(typeof message.room === "string", "hello.room");
    need(CONTROLS.has(message.control), "hello.control");
    need(isObject(message.replay), "hello.replay");
    needNumber(message.replay.t_start, "hello.replay.t_start");
    needNumber(message.replay.t_end, "hello.replay.t_end");
    need(Array.isArray(message.cars) && message.cars.every((car) => isObject(car) && car.number != null), "hello.cars");
    need(Array.isArray(message.columns) && message.columns.every((c) => typeof c?.name === "string"), "hello.columns");
    const { binary_columns: binary = [] } = message;
    need(Array.isArray(binary) && binary.every(isBinary), "hello.binary_columns");
    checkState(message.state, "hello.state");
  },
  state: (message) => checkState(message, "state"),
  snapshot(message) {
    needNumber(message.generation, "snapshot.generation");
    needNumber(message.t, "snapshot.t");
  },
  frames(message) {
    needNumber(message.generation, "frames.generation");
    need(Array.isArray(message.frames), "frames.frames");
    for (const frame of message.frames) {
      needNumber(frame?.t, "frames.frames.t");
      need(Array.isArray(frame.cars), "frames.frames.cars");
    }
  },
  event(message) {
    need(typeof message.kind === "string", "event.kind");
    needNumber(message.t, "event.t");
  },
  pong(message) {
    needNumber(message.server_time, "pong.server_time");
    needNumber(message.sent, "pong.sent");
  },
  room(message) {
    needNumber(message.viewers, "room.viewers");
    need(typeof message.host === "boolean", "room.host");
    need(CONTROLS.has(message.control), "room.control");
  },
  error: () => {},
  bye: () => {},
};

function checkState(state, where) {
  need(isObject(state), where);
  needNumber(state.generation, `${where}.generation`);
  needNumber(state.t, `${where}.t`);
  needNumber(state.speed, `${where}.speed`);
  needNumber(state.server_time, `${where}.server_time`);
  need(STATUSES.has(state.status), `${where}.status`);
}

function isBinary(column) {
  return INTEGER_TYPES.has(column?.type) && column.scale > 0 && (!column.labels || Array.isArray(column.labels));
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function needNumber(value, where) {
  need(Number.isFinite(value), where);
}

function need(condition, where) {
  if (!condition) throw new ProtocolError(`${where} is missing or has the wrong type`);
}
