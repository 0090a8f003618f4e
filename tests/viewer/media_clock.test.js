import assert from "node:assert/strict";
import { test } from "node:test";

import { MediaClock, ServerClock } from "../../replays/static/replays/js/media_clock.js";
import { state } from "./support.js";

const near = (actual, expected, within = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not within ${within} of ${expected}`);

test("media time runs from the anchor at its speed", () => {
  const clock = new MediaClock();
  clock.setAnchor(state({ t: 100, speed: 4, server_time: 5000 }));

  assert.equal(clock.positionAt(5000), 100);
  assert.equal(clock.positionAt(5002.5), 110);
});

test("media time stands still while paused, buffering and ended", () => {
  for (const status of ["paused", "buffering", "ended"]) {
    const clock = new MediaClock();
    clock.setAnchor(state({ status }));
    assert.equal(clock.positionAt(6000), 100, status);
    assert.equal(clock.playing, false);
  }
});

test("media time never lies before its anchor nor past the end of the session", () => {
  const clock = new MediaClock();
  clock.setEnd(130);
  clock.setAnchor(state());

  assert.equal(clock.positionAt(4990), 100);
  assert.equal(clock.positionAt(9000), 130);
});

test("media time does not drift in an hour", () => {
  const clock = new MediaClock();
  clock.setAnchor(state({ t: 0, server_time: 1789000000 }));

  near(clock.positionAt(1789000000 + 3600), 3600);
});

test("the server's clock is guessed from the first message and known from the first pong", () => {
  const clock = new ServerClock();
  clock.seed(5000, 10);
  near(clock.at(11), 5001);

  clock.addPong(5001.05, 11, 11.1);
  near(clock.at(11.1), 5001.1);

  clock.seed(9999, 12);
  near(clock.at(12), 5002);
});

test("the quickest round trip is believed", () => {
  const clock = new ServerClock();
  clock.addPong(5000.01, 0, 0.02);
  clock.addPong(5001.3, 1, 1.4);

  near(clock.at(10), 5010);
});

test("a small correction is eased in, so that nothing jerks", () => {
  const clock = new ServerClock();
  clock.addPong(5000.05, 0, 0.1);
  clock.addPong(5001.04, 1, 1.04);

  near(clock.at(1.04), 5001.04, 0.001);
  near(clock.at(1.06) - clock.at(1.04), 0.02, 0.002);
  near(clock.at(10), 5010.02, 1e-6);
});

test("after a reset the next pong counts at once, and the estimate holds until then", () => {
  const clock = new ServerClock();
  clock.addPong(5000, 0, 0);
  clock.reset();
  near(clock.at(3), 5003);

  clock.addPong(8003, 3, 3);
  near(clock.at(4), 8004);
});
