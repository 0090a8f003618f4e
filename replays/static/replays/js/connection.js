/** The socket of a replay: opens it, opens it again when it is lost, and says what it is doing. */

import { ProtocolError, SUBPROTOCOL, encodeCommand, parseMessage } from "./protocol.js";

const FIRST_WAIT_S = 0.5;
const LONGEST_WAIT_S = 15;
/** Waits are spread by a quarter, so that the viewers of a restarted server do not all come back at once. */
const SPREAD = 0.25;
/** Pings go every few seconds; a socket that is silent this long is dead, whatever the browser thinks. */
const SILENCE_S = 15;
const WATCH_INTERVAL_S = 3;

const FINAL = {
  4400: "The server did not understand this page. Reload it to try again.",
  4401: "This replay needs a valid ticket.",
  4404: "There is no such replay.",
};
const REASONS = {
  1001: "The server is restarting",
  4408: "This connection was too slow",
  4429: "Too many connections from here",
  4503: "All places are taken",
};

/**
 * @param {number} attempt 0 for the first
 * @param {number} chance 0 to 1
 * @returns {number} seconds to wait
 */
export function waitBefore(attempt, chance) {
  const wait = Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** attempt);
  return wait * (1 - SPREAD + 2 * SPREAD * chance);
}

/**
 * @typedef {{phase: "connecting"|"open"|"waiting"|"closed", reason: string, retryAt: number|null}} ConnectionStatus
 *   `retryAt` in milliseconds of `performance.now()`
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
    this.#onStatus({ phase: "connecting", reason: "", retryAt: null });
    const socket = new WebSocket(this.#address(), [SUBPROTOCOL]);
    this.#socket = socket;
    this.#heardAt = performance.now();
    socket.onmessage = (message) => this.#receive(message.data);
    socket.onclose = (close) => {
      if (socket === this.#socket) this.#lost(close.code);
    };
    clearInterval(this.#watch);
    this.#watch = setInterval(() => this.#watchSilence(), WATCH_INTERVAL_S * 1000);
  }

  /** The server has answered with `hello`: all is well, and the next loss is a first one. */
  confirm() {
    this.#attempt = 0;
    this.#onStatus({ phase: "open", reason: "", retryAt: null });
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

  #receive(data) {
    this.#heardAt = performance.now();
    if (typeof data !== "string") return;
    let message;
    try {
      message = parseMessage(data);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      console.warn(`Ignored a message: ${error.message}`);
      return;
    }
    if (message) this.#onMessage(message);
  }

  #watchSilence() {
    if (this.#socket && performance.now() - this.#heardAt > SILENCE_S * 1000) this.#drop();
  }

  #drop() {
    const socket = this.#socket;
    this.#lost(1006);
    socket.close();
  }

  #lost(code) {
    this.#socket = null;
    clearInterval(this.#watch);
    if (this.#closed) return;
    if (FINAL[code]) {
      this.#closed = true;
      return this.#onStatus({ phase: "closed", reason: FINAL[code], retryAt: null });
    }
    const wait = waitBefore(this.#attempt++, Math.random()) * 1000;
    this.#timer = setTimeout(() => this.open(), wait);
    this.#onStatus({
      phase: "waiting",
      reason: REASONS[code] ?? "The connection was lost",
      retryAt: performance.now() + wait,
    });
  }
}
