import assert from "node:assert/strict";
import { test } from "node:test";

import { waitBefore } from "../../replays/static/replays/js/connection.js";
import {
  ProtocolError,
  columnPlaces,
  encodeCommand,
  parseMessage,
} from "../../replays/static/replays/js/protocol.js";
import { frame, state } from "./support.js";

const HELLO = {
  type: "hello",
  room: "q7Zk2f",
  role: "host",
  control: "host",
  replay: { t_start: 0, t_end: 100 },
  cars: [{ number: "4" }],
  columns: [{ name: "x", unit: "m" }, { name: "y", unit: "m" }],
  state: state(),
};
const GOOD = [
  HELLO,
  { type: "state", ...state() },
  { type: "snapshot", generation: 1, t: 3 },
  { type: "frames", generation: 1, seq: 0, frames: [frame(1), { t: 2, lap: null, cars: [null] }] },
  { type: "event", kind: "lap", t: 3, number: "4" },
  { type: "pong", server_time: 1, sent: 2 },
  { type: "error", code: "bad_value", detail: "no", request_id: null },
  { type: "room", viewers: 1, host: true, control: "everyone" },
  { type: "bye", reason: "restart" },
];

test("every message of the protocol is read", () => {
  for (const message of GOOD) assert.deepEqual(parseMessage(JSON.stringify(message)), message);
});

test("a type of a newer server is passed over", () => {
  assert.equal(parseMessage('{"type": "telepathy"}'), null);
});

test("what is no message is refused with the reason", () => {
  for (const text of ["", "{", "NaN", "null", "[]", "{}", '{"type": 3}']) {
    assert.throws(() => parseMessage(text), ProtocolError, text);
  }
});

test("a message without what it promises is refused, and the field is named", () => {
  const bad = [
    [{ ...HELLO, room: undefined }, "hello.room"],
    [{ ...HELLO, control: "nobody" }, "hello.control"],
    [{ ...HELLO, cars: null }, "hello.cars"],
    [{ ...HELLO, columns: ["x"] }, "hello.columns"],
    [{ ...HELLO, replay: { t_start: 0 } }, "hello.replay.t_end"],
    [{ ...HELLO, state: undefined }, "hello.state"],
    [{ type: "state", ...state({ status: "asleep" }) }, "state.status"],
    [{ type: "state", ...state({ t: "5" }) }, "state.t"],
    [{ type: "frames", generation: 1, frames: [{ t: null, cars: [] }] }, "frames.frames.t"],
    [{ type: "frames", generation: 1, frames: [{ t: 1 }] }, "frames.frames.cars"],
    [{ type: "frames", frames: [] }, "frames.generation"],
    [{ type: "event", t: 1 }, "event.kind"],
    [{ type: "room", host: true, control: "host" }, "room.viewers"],
    [{ type: "room", viewers: 1, control: "host" }, "room.host"],
    [{ type: "room", viewers: 1, host: true, control: "all" }, "room.control"],
    [{ type: "pong", server_time: 1 }, "pong.sent"],
  ];
  for (const [message, field] of bad) {
    assert.throws(
      () => parseMessage(JSON.stringify(message)),
      (error) => error instanceof ProtocolError && error.message.startsWith(field),
      field,
    );
  }
});

test("columns are found by name, whatever their order", () => {
  assert.deepEqual(columnPlaces([{ name: "y" }, { name: "gap" }]), { y: 0, gap: 1 });
});

test("a command carries its fields and the id by which its answer is known", () => {
  assert.deepEqual(JSON.parse(encodeCommand("seek", { t: 5 }, "7")), { type: "seek", t: 5, request_id: "7" });
  assert.deepEqual(JSON.parse(encodeCommand("play")), { type: "play" });
});

test("waits between attempts grow, stay bounded and are spread", () => {
  const waits = Array.from({ length: 12 }, (_, attempt) => waitBefore(attempt, 0.5));

  assert.ok(waitBefore(0, 1) <= 0.25);
  waits.slice(1).forEach((wait, index) => assert.ok(wait >= waits[index]));
  assert.ok(waits.at(-1) <= 15);
  assert.ok(waitBefore(3, 0) < waitBefore(3, 1));
});
