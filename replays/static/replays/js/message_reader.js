/** What one connection says, text and binary, as messages of one shape. */

import { readBinaryFrames } from "./binary_frames.js";
import { parseMessage } from "./protocol.js";

/** The binary one is a sixth of the bytes; an older server speaks JSON alone. */
export const SUBPROTOCOLS = ["f1replay.v1.bin", "f1replay.v1.json"];

export class MessageReader {
  #columns = [];

  /**
   * @param {string|ArrayBuffer} data of one message, in the order of the connection
   * @returns {object|null} null where a newer server sends what this page does not know
   * @throws {import("./protocol.js").ProtocolError}
   */
  read(data) {
    if (typeof data !== "string") return readBinaryFrames(data, this.#columns);
    const message = parseMessage(data);
    if (message?.type === "hello") this.#columns = message.binary_columns ?? [];
    return message;
  }
}
