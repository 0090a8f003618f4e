import assert from "node:assert/strict";
import { test } from "node:test";

import { MediaClock } from "../../replays/static/replays/js/media_clock.js";
import { Playout, PlayoutDelay } from "../../replays/static/replays/js/playout.js";
import { state } from "./support.js";

/** Local and server clock are the same here: both begin at 5000. */
function playing(fields = {}) {
  const playout = new Playout(new MediaClock());
  playout.anchor(state(fields));
  return playout;
}

function run(playout, from, to, step = 1 / 60) {
  const shown = [];
  for (let now = from; now < to; now += step) shown.push(playout.timeAt(now, now));
  return shown;
}

const steps = (times) => times.slice(1).map((time, index) => time - times[index]);

test("what is drawn lies behind the server's moment by the delay", () => {
  const playout = playing();
  const t = run(playout, 5000, 5002).at(-1);
  const behind = 102 - t;

  assert.ok(behind > 0 && behind < 0.2, `${behind}`);
});

test("drawn time runs evenly at every speed", () => {
  for (const speed of [0.5, 1, 8, 32]) {
    const shown = run(playing({ speed }), 5001, 5003);
    for (const step of steps(shown)) assert.ok(Math.abs(step - speed / 60) < 1e-6 * speed, `${speed}: ${step}`);
  }
});

test("the first moment after a seek is the one asked for", () => {
  const playout = playing();
  run(playout, 5000, 5001);

  assert.equal(playout.anchor(state({ t: 4000, server_time: 5001 })), true);
  assert.equal(playout.timeAt(5001, 5001), 4000);
});

test("a seek while paused is shown exactly and at once, backwards too", () => {
  const playout = playing({ status: "paused" });
  playout.timeAt(5000, 5000);

  for (const t of [99.99, 7000, 300]) {
    assert.equal(playout.anchor(state({ status: "paused", t, server_time: 5001 })), true);
    assert.equal(playout.timeAt(5001, 5001), t);
  }
});

test("pausing ends on the server's moment, without a step back, and then nothing moves", () => {
  for (const speed of [1, 32]) {
    const playout = playing({ speed });
    const before = run(playout, 5000, 5001);
    const jump = playout.anchor(state({ status: "paused", speed, t: 100 + speed, server_time: 5001 }));
    const after = run(playout, 5001, 5004);

    assert.equal(jump, false);
    for (const step of steps([...before, ...after])) assert.ok(step >= 0);
    assert.equal(after.at(-1), 100 + speed);
    assert.equal(after.at(-60), after.at(-1));
  }
});

test("a change of speed is no jump and never steps back", () => {
  const playout = playing();
  const shown = run(playout, 5000, 5002);
  playout.anchor(state({ t: 102, speed: 32, server_time: 5002 }));
  shown.push(...run(playout, 5002, 5004));
  playout.anchor(state({ t: 166, speed: 0.5, server_time: 5004 }));
  shown.push(...run(playout, 5004, 5006));

  for (const step of steps(shown)) assert.ok(step >= 0, `${step}`);
  assert.ok(Math.abs(shown.at(-1) - 167) < 0.2);
});

test("a state that says nothing new is not seen", () => {
  const playout = playing();
  const shown = [];
  for (let tick = 0; tick < 300; tick++) {
    if (tick && tick % 60 === 0) assert.equal(playout.anchor(state()), false);
    shown.push(playout.timeAt(5000 + tick / 60, 5000 + tick / 60));
  }

  for (const step of steps(shown.slice(30))) assert.ok(Math.abs(step - 1 / 60) < 1e-3, `${step}`);
});

test("after buffering it goes on from about there without a jump", () => {
  const playout = playing();
  run(playout, 5000, 5001);
  playout.anchor(state({ status: "buffering", t: 101, server_time: 5001 }));
  const held = run(playout, 5001, 5003).at(-1);

  assert.equal(held, 101);
  assert.equal(playout.anchor(state({ generation: 2, t: 100.8, server_time: 5003 })), false);
  const after = run(playout, 5003, 5005);
  for (const step of steps([held, ...after])) assert.ok(step >= 0);
  assert.ok(after.at(-1) > 102);
});

test("after a reset any state is a jump", () => {
  const playout = playing();
  run(playout, 5000, 5001);
  playout.reset();

  assert.equal(playout.anchor(state({ t: 101, server_time: 5001 })), true);
});

test("the delay grows gently when frames come late", () => {
  const delay = new PlayoutDelay();
  const first = delay.at(0);
  for (let now = 0; now < 5; now += 0.2) delay.noteArrival(-first + 0.01, now);
  const values = Array.from({ length: 100 }, (_, index) => delay.at(index / 60));

  assert.ok(values.at(-1) > first);
  for (const step of steps(values)) assert.ok(step >= 0 && step < 0.2 / 60 + 1e-9);
});

test("a picture that already stood still goes on from where it stood", () => {
  const delay = new PlayoutDelay();
  delay.at(0);
  delay.noteArrival(-0.4, 0.1);

  assert.ok(Math.abs(delay.at(0.1) - 0.4) < 0.03);
});

test("the delay shrinks to everybody's once frames come in time, and has bounds", () => {
  const delay = new PlayoutDelay();
  delay.noteArrival(-30, 0);
  const most = delay.at(0);
  assert.ok(most <= 1);

  for (let now = 20; now < 200; now += 0.2) {
    delay.noteArrival(5, now);
    delay.at(now);
  }
  assert.equal(delay.at(200), new PlayoutDelay().value);
});
