import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readBinaryFrames } from "../../replays/static/replays/js/binary_frames.js";
import { MessageReader } from "../../replays/static/replays/js/message_reader.js";
import { ProtocolError } from "../../replays/static/replays/js/protocol.js";
import { bufferOf, state } from "./support.js";

const COLUMNS = [
  { name: "speed", unit: "km/h", type: "int16", scale: 10 },
  { name: "gear", unit: null, type: "int8", scale: 1 },
  { name: "gap", unit: "s", type: "int32", scale: 1000 },
];
const HELLO = {
  type: "hello",
  room: "q7Zk2f",
  control: "host",
  replay: { t_start: 0, t_end: 100 },
  cars: [{ number: "4" }, { number: "81" }],
  columns: COLUMNS.map(({ name, unit }) => ({ name, unit })),
  binary_columns: COLUMNS,
  state: state(),
};
const DOCUMENT = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");
const EXAMPLE = DOCUMENT.match(/<!-- worked example -->\s*```text\n([^`]*)```/)[1].replace(/^(.{32}).*$/gm, "$1");

/** One frame at 1 s of one car in lap 2, with the bytes of one column. */
const single = (column) => bufferOf(`01 01 01 01 07000000 00000000 e8030000 0200 ${column}`);

test("the worked example of the protocol document is read", () => {
  const message = readBinaryFrames(bufferOf(EXAMPLE), COLUMNS);

  assert.deepEqual(message, {
    type: "frames",
    generation: 3,
    seq: 120,
    frames: [
      { t: 5000, lap: 9, cars: [[290, 8, 0], [null, null, 12.345]] },
      { t: 5000.033, lap: 9, cars: [[290.4, 8, 0], [null, null, 12.345]] },
      { t: 5000.067, lap: 9, cars: [[291, 7, 0], [null, null, 12.345]] },
    ],
  });
});

test("words come from the labels, and one that a newer server has is not known", () => {
  const columns = [{ name: "tyre", type: "int8", scale: 1, labels: ["SOFT", "MEDIUM"] }];
  const tyre = (hex) => readBinaryFrames(single(`00 00 ${hex}`), columns).frames[0].cars[0][0];

  assert.equal(tyre("01"), "MEDIUM");
  assert.equal(tyre("80"), null);
  assert.equal(tyre("05"), null);
});

test("a message cut off anywhere, or with bytes left over, is refused", () => {
  const whole = bufferOf(EXAMPLE);
  for (let length = 0; length < whole.byteLength; length++) {
    assert.throws(() => readBinaryFrames(whole.slice(0, length), COLUMNS), ProtocolError, String(length));
  }
  assert.throws(() => readBinaryFrames(bufferOf(`${EXAMPLE} 00`), COLUMNS), ProtocolError);
  assert.throws(() => readBinaryFrames(bufferOf("01 00 00 00 00000000 00000000"), COLUMNS), ProtocolError);
});

test("a column that hello does not have, or wider than it says, is refused", () => {
  assert.throws(() => readBinaryFrames(single("03 00 00"), COLUMNS), ProtocolError);
  assert.throws(() => readBinaryFrames(single("01 02 08"), COLUMNS), ProtocolError);
});

test("a binary message of a newer server is passed over", () => {
  assert.equal(readBinaryFrames(bufferOf("02 ff"), COLUMNS), null);
});

test("a connection's reader takes text and binary messages, and the columns from hello", () => {
  const reader = new MessageReader();

  assert.equal(reader.read(JSON.stringify(HELLO)).type, "hello");
  assert.equal(reader.read(bufferOf(EXAMPLE)).frames.length, 3);
  assert.throws(() => new MessageReader().read(bufferOf(EXAMPLE)), ProtocolError);
});

test("a hello with columns that cannot be read is refused", () => {
  for (const column of [{ type: "int64", scale: 1 }, { type: "int8", scale: 0 }, { type: "int8" }, null]) {
    const hello = JSON.stringify({ ...HELLO, binary_columns: [column] });
    assert.throws(() => new MessageReader().read(hello), /hello.binary_columns/);
  }
});
