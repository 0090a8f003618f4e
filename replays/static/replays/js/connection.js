/** The socket of a replay: opens it, opens it again when it is lost, and says what it is doing. */

import { MessageReader, SUBPROTOCOLS } from "./message_reader.js";
import { ProtocolError, encodeCommand } from "./protocol.js";

const FIRST_WAIT_S = 0.25;
const LONGEST_WAIT_S = 15;
/** Waits are spread, so that the viewers of a restarted server do not all come back at once. */
const LEAST_SHARE = 0.4;
/** A connection that held so long was a good one: its loss is a first one. */
const GOOD_AFTER_S = 5;
/** Pings go every few seconds; a socket that is silent this long is dead, whatever the browser thinks. */
const SILENCE_S = 15;
const WATCH_INTERVAL_S = 3;

export const NOT_FOUND = 4404;
const RESTARTING = 1001;
const LOST = 1006;
const FINAL = {
  4400: "The server did not understand this page. Reload it to try again.",
  4401: "This replay needs a valid ticket.",
  [NOT_FOUND]: "There is no such replay.",
};
const REASONS = {
  [RESTARTING]: "The server is restarting",
  1012: "The server is restarting",
  4408: "This connection was too slow",
  4429: "Too many connections from here",
  4503: "The server is full or busy",
};
/** Who was refused for want of room comes back later: with the wait of this attempt. */
const REFUSED = { 4429: 3, 4503: 3 };

/**
 * @param {number} attempt 0 for the first
 * @param {number} chance 0 to 1
 * @returns {number} seconds to wait
 */
export function waitBefore(attempt, chance) {
  const longest = Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** attempt);
  return longest * (LEAST_SHARE + (1 - LEAST_SHARE) * chance);
}

/**
 * @typedef {{phase: "connecting"|"open"|"waiting"|"closed", code: number|null, reason: string, retryAt: number|null}}
 *   ConnectionStatus `code` of the close that led there; `retryAt` in milliseconds of `performance.now()`
 */
export class ReplayConnection {
  #address;
  #onMessage;
  #onStatus;
  #socket = null;
  #timer = null;
  #watch = null;
  #attempt = 0;
  #heardAt = 0;
  #confirmedAt = null;
  #lastRequest = 0;
  #closed = false;

  /**
   * @param {{address: () => string, onMessage: (message: object) => void,
   *   onStatus: (status: ConnectionStatus) => void}} parts `address` is asked before every attempt
   */
  constructor({ address, onMessage, onStatus }) {
    this.#address = address;
    this.#onMessage = onMessage;
    this.#onStatus = onStatus;
  }

  open() {
    this.#closed = false;
    clearTimeout(this.#timer);
    this.#onStatus({ phase: "connecting", code: null, reason: "", retryAt: null });
    const socket = new WebSocket(this.#address(), SUBPROTOCOLS);
    socket.binaryType = "arraybuffer";
    const reader = new MessageReader();
    this.#socket = socket;
    this.#confirmedAt = null;
    this.#heardAt = performance.now();
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#receive(reader, message.data);
    };
    socket.onclose = (close) => {
      if (socket === this.#socket) this.#lost(close.code);
    };
    clearInterval(this.#watch);
    this.#watch = setInterval(() => this.#watchSilence(), WATCH_INTERVAL_S * 1000);
  }

  /** The server has answered with `hello`: all is well. */
  confirm() {
    this.#confirmedAt = performance.now();
    this.#onStatus({ phase: "open", code: null, reason: "", retryAt: null });
  }

  /** The server has said `bye`: what serves the room from now on is to be found at once. */
  comeBack() {
    this.#attempt = 0;
    this.#drop(RESTARTING);
  }

  /** Tries at once, where it is waiting. */
  retryNow() {
    if (!this.#closed && this.#socket === null) this.open();
  }

  /**
   * @param {string} type
   * @param {object} [fields]
   * @returns {string|null} the request's id, null where there is no open socket
   */
  send(type, fields = {}) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return null;
    const requestId = String(++this.#lastRequest);
    this.#socket.send(encodeCommand(type, fields, requestId));
    return requestId;
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  #receive(reader, data) {
    this.#heardAt = performance.now();
    let message;
    try {
      message = reader.read(data);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      console.warn(`Ignored a message: ${error.message}`);
      return;
    }
    if (message) this.#onMessage(message);
  }

  #watchSilence() {
    if (this.#socket && performance.now() - this.#heardAt > SILENCE_S * 1000) this.#drop(LOST);
  }

  #drop(code) {
    const socket = this.#socket;
    this.#lost(code);
    socket?.close();
  }

  #lost(code) {
    this.#socket = null;
    clearInterval(this.#watch);
    if (this.#closed) return;
    if (FINAL[code]) {
      this.#closed = true;
      return this.#onStatus({ phase: "closed", code, reason: FINAL[code], retryAt: null });
    }
    const heldMs = this.#confirmedAt === null ? 0 : performance.now() - this.#confirmedAt;
    if (heldMs > GOOD_AFTER_S * 1000) this.#attempt = 0;
    this.#attempt = Math.max(this.#attempt, REFUSED[code] ?? 0);
    const wait = waitBefore(this.#attempt++, Math.random()) * 1000;
    this.#timer = setTimeout(() => this.open(), wait);
    this.#onStatus({
      phase: "waiting",
      code,
      reason: REASONS[code] ?? "The connection was lost",
      retryAt: performance.now() + wait,
    });
  }
}
