import assert from "node:assert/strict";
import { test } from "node:test";

import {
  mayControl,
  roleText,
  roomAfter,
  roomOfHello,
  watchingText,
} from "../../replays/static/replays/js/room.js";

const hello = (fields = {}) => ({ room: "abc", role: "viewer", control: "host", ...fields });
const told = (fields = {}) => ({ type: "room", viewers: 3, host: false, control: "host", ...fields });

test("hello tells the room and the role, the count comes later", () => {
  assert.deepEqual(roomOfHello(hello(), null), { id: "abc", viewers: null, host: false, control: "host" });
  assert.equal(roomOfHello(hello({ role: "host" }), null).host, true);
});

test("who comes back to a room keeps its count until told, another room has none yet", () => {
  const room = roomAfter(roomOfHello(hello(), null), told());

  assert.equal(roomOfHello(hello(), room).viewers, 3);
  assert.equal(roomOfHello(hello({ room: "def" }), room).viewers, null);
});

test("the host may control, others only where everyone may", () => {
  const room = roomOfHello(hello(), null);

  assert.equal(mayControl(null), false);
  assert.equal(mayControl(room), false);
  assert.equal(mayControl(roomAfter(room, told({ host: true }))), true);
  assert.equal(mayControl(roomAfter(room, told({ control: "everyone" }))), true);
});

test("the room is put into words", () => {
  const room = roomOfHello(hello(), null);

  assert.equal(watchingText(room), "");
  assert.equal(watchingText(roomAfter(room, told({ viewers: 12345 }))), "12,345 watching");
  assert.equal(roleText(room), "The host controls playback");
  assert.equal(roleText(roomAfter(room, told({ control: "everyone" }))), "Everyone may control");
  assert.equal(roleText(roomAfter(room, told({ host: true }))), "You are the host");
});
