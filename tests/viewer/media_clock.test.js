import assert from "node:assert/strict";
import { test } from "node:test";

import { MediaClock } from "../../replays/static/replays/js/media_clock.js";
import { near, state } from "./support.js";

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
