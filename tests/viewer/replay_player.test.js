/** How a page comes into a room, back into it, and out of it, on a fake socket and a fake clock. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { ReplayPlayer } from "../../replays/static/replays/js/replay_player.js";
import { FakeSocket, hello } from "./fake_socket.js";
import { frame, frames, near, state } from "./support.js";

const ROOM = "ws://site/ws/v1/rooms/abc/";
/** The server's clock when the browser's is 0. */
const SERVER_S = 5000;
let heard;
let now;
let player;
const realNow = performance.now;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  FakeSocket.opened = [];
  globalThis.WebSocket = FakeSocket;
  now = 0;
  performance.now = () => now;
  heard = { phases: [], errors: [], rooms: [], jumps: [] };
  player = new ReplayPlayer(
    { origin: "ws://site", path: "/ws/v1/replays/r1/" },
    {
      onHello: () => {},
      onState: (_, jump) => heard.jumps.push(jump),
      onRoom: (room) => heard.rooms.push(room),
      onConnection: ({ phase, code }) => heard.phases.push(code === null ? phase : `${phase} ${code}`),
      onError: ({ code }) => heard.errors.push(code),
    },
  );
});

afterEach(() => {
  player.close();
  mock.timers.reset();
  performance.now = realNow;
  delete globalThis.WebSocket;
});

function pass(ms) {
  for (let step = 0; step < ms; step += 10) {
    now += 10;
    mock.timers.tick(10);
  }
}

/** @returns {number[]} what was drawn meanwhile */
function watch(ms) {
  const shown = [];
  for (let step = 0; step < ms; step += 10) {
    pass(10);
    shown.push(player.viewAt(now / 1000).t);
  }
  return shown;
}

/** Says hello, and lets the page know what time it is. */
function enter(fields = {}) {
  const socket = FakeSocket.last;
  socket.say(hello(fields));
  socket.say({ type: "pong", server_time: SERVER_S + now / 1000, sent: now / 1000 });
  return socket;
}

function open(fields = {}) {
  player.open();
  return enter(fields);
}

test("a replay's page comes back to its room, whatever closed the connection", () => {
  for (const code of [1001, 1006, 1011, 1012, 4408]) {
    const socket = open();
    pass(6000);
    socket.lose(code);
    pass(250);

    assert.equal(FakeSocket.last.address, ROOM, String(code));
    assert.notEqual(FakeSocket.last, socket);
    assert.equal(heard.phases.at(-1), "connecting");
    player.close();
  }
});

test("before any room is known the replay's address is tried again", () => {
  player.open();
  FakeSocket.last.lose(1006);
  pass(250);

  assert.equal(FakeSocket.opened.length, 2);
  assert.equal(FakeSocket.last.address, "ws://site/ws/v1/replays/r1/");
});

test("at bye the page leaves at once, and is back in the room within 250 ms", () => {
  const socket = open();
  socket.say({ type: "bye", reason: "restarting" });

  assert.equal(socket.readyState, 3);
  assert.equal(heard.phases.at(-1), "waiting 1001");
  pass(250);
  assert.equal(FakeSocket.last.address, ROOM);
  socket.lose(1001);
  assert.equal(FakeSocket.opened.length, 2);
});

test("attempts get rarer while they fail, also where hello is followed by a close", () => {
  open();
  for (let second = 0; second < 60; second++) {
    if (FakeSocket.last.readyState === 0) enter();
    if (FakeSocket.last.readyState === 1) FakeSocket.last.lose(1011);
    pass(1000);
  }

  assert.ok(FakeSocket.opened.length <= 14, String(FakeSocket.opened.length));
});

test("who is refused for want of room waits longer than who lost a connection", () => {
  player.open();
  FakeSocket.last.say({ type: "error", code: "full", detail: "full" });
  FakeSocket.last.lose(4503);
  pass(750);

  assert.equal(FakeSocket.opened.length, 1);
  assert.deepEqual(heard.errors, []);
  pass(1300);
  assert.equal(FakeSocket.opened.length, 2);
});

test("a room that has ended is not asked for again; a new one goes on from where it was", () => {
  open({ state: state({ status: "paused", t: 123.4, speed: 4 }) });
  player.viewAt(0);
  FakeSocket.last.lose(1006);
  pass(250);
  FakeSocket.last.lose(4404);
  pass(60_000);

  assert.equal(FakeSocket.opened.length, 2);
  assert.equal(heard.phases.at(-1), "closed 4404");
  player.openNewRoom();
  assert.equal(FakeSocket.last.address, "ws://site/ws/v1/replays/r1/?speed=4&t=123.400&paused=1");
  enter({ room: "def" });
  FakeSocket.last.lose(1006);
  pass(2000);
  assert.equal(FakeSocket.last.address, "ws://site/ws/v1/rooms/def/");
});

test("a short break is not seen: the picture goes on while there are frames, and after them", () => {
  open().say({ type: "frames", generation: 1, frames: frames(100, 31, 1 / 30) });
  const shown = watch(500);
  FakeSocket.last.say({ type: "bye", reason: "restarting" });
  shown.push(...watch(250));
  enter({ state: state({ generation: 2, t: 100.75, server_time: SERVER_S + now / 1000 }) });
  FakeSocket.last.say({ type: "frames", generation: 2, frames: frames(100.75, 31, 1 / 30) });
  shown.push(...watch(500));

  const steps = shown.slice(20).map((t, index) => t - shown[index + 19]);
  for (const step of steps) assert.ok(step >= 0.009 && step <= 0.011, `${step}`);
  assert.equal(heard.jumps.slice(1).includes(true), false);
  near(shown.at(-1), 101.25 - 0.12, 0.02);
});

test("in a long break the picture stands still, and then shows what the others see", () => {
  open().say({ type: "frames", generation: 1, frames: frames(100, 8, 1 / 30) });
  pass(300);
  player.viewAt(now / 1000);
  FakeSocket.last.lose(1006);
  for (let second = 0; second < 20; second++) {
    pass(1000);
    player.viewAt(now / 1000);
    if (FakeSocket.last.readyState === 0 && second < 19) FakeSocket.last.lose(1006);
  }

  const still = player.viewAt(now / 1000);
  assert.ok(still.t > 101 && still.t < 103, `${still.t}`);
  assert.deepEqual(still.sample.before, frame(100 + 7 / 30));
  player.retryNow();
  enter();
  near(player.viewAt(now / 1000).t, 100 + now / 1000 - player.figures().delay, 0.01);
});

test("who joins late waits for the room's time instead of showing where it was anchored", () => {
  now = 1_000_000;
  player.open();
  FakeSocket.last.say(hello());

  assert.equal(player.viewAt(1000), null);
  FakeSocket.last.say({ type: "pong", server_time: SERVER_S + 1000, sent: 1000 });
  near(player.viewAt(1000).t, 1100, 0.2);
});

test("the room's news and refusals are passed on", () => {
  open({ role: "viewer" }).say({ type: "room", viewers: 3, host: false, control: "everyone" });
  FakeSocket.last.say({ type: "error", code: "not_allowed", detail: "no", request_id: "1" });

  assert.deepEqual(heard.rooms.at(-1), { id: "abc", viewers: 3, host: false, control: "everyone" });
  assert.equal(player.mayControl, true);
  assert.deepEqual(heard.errors, ["not_allowed"]);
});

test("the host's switch is a command", () => {
  const socket = open();
  player.shareControl(true);
  player.shareControl(false);

  const asked = socket.sent.filter(({ type }) => type === "control").map(({ control }) => control);
  assert.deepEqual(asked, ["everyone", "host"]);
});

test("while the server is buffering media time stands still, and goes on with the next generation", () => {
  const socket = open();
  socket.say({ type: "frames", generation: 1, frames: frames(100, 31, 1 / 30) });
  const before = watch(500).at(-1);
  socket.say({ type: "state", ...state({ status: "buffering", t: 100.5, server_time: SERVER_S + 0.5 }) });
  const held = watch(3000).at(-1);

  assert.equal(player.stalled, true);
  near(held, 100.5, 0.001);
  assert.ok(held >= before);
  socket.say({ type: "state", ...state({ generation: 2, t: 100.5, server_time: SERVER_S + now / 1000 }) });
  near(watch(1000).at(-1), 101.5 - player.figures().delay, 0.001);
  assert.equal(heard.jumps.at(-1), false);
});

test("a break says nothing of how long frames are on their way: the delay stays everybody's", () => {
  open().say({ type: "frames", generation: 1, frames: frames(100, 8, 1 / 30) });
  watch(200);
  FakeSocket.last.lose(1006);
  watch(700);
  enter();
  FakeSocket.last.say({ type: "frames", generation: 1, frames: frames(101, 6, 1 / 30) });
  FakeSocket.last.say({ type: "frames", generation: 1, frames: frames(101.2, 6, 1 / 30) });

  watch(100);
  near(player.figures().delay, 0.12);
});
