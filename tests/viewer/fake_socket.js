/** A fake of the browser's WebSocket, for tests of what a page does when its connection comes, goes and comes back. */

import { state } from "./support.js";

export class FakeSocket {
  static OPEN = 1;
  /** @type {FakeSocket[]} all that were opened, the first first */
  static opened = [];

  readyState = 0;
  /** @type {object[]} the commands sent */
  sent = [];

  constructor(address, subprotocols) {
    Object.assign(this, { address, subprotocols });
    FakeSocket.opened.push(this);
  }

  /** @returns {FakeSocket} the one opened last */
  static get last() {
    return FakeSocket.opened.at(-1);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  /** The server says this. */
  say(message) {
    this.readyState = FakeSocket.OPEN;
    this.onmessage({ data: JSON.stringify(message) });
  }

  /** The server, or the network, closes with `code`. */
  lose(code) {
    this.readyState = 3;
    this.onclose({ code });
  }
}

/** @returns {object} a hello of the room "abc" */
export function hello(fields = {}) {
  return {
    type: "hello",
    room: "abc",
    role: "host",
    control: "host",
    replay: { id: "r1", t_start: 0, t_end: 5000, lights_out: 60 },
    cars: [{ number: "4" }],
    columns: [{ name: "x" }, { name: "y" }],
    state: state(),
    ...fields,
  };
}
