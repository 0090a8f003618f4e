import assert from "node:assert/strict";
import { test } from "node:test";

import { ServerClock } from "../../replays/static/replays/js/server_clock.js";
import { chances, near } from "./support.js";

test("nothing is known before the first pong", () => {
  const clock = new ServerClock();
  assert.equal(clock.known, false);

  clock.addPong(5001.05, 11, 11.1);
  assert.equal(clock.known, true);
  near(clock.at(11.1), 5001.1);
});

test("a quick round trip is believed, a slow one changes nothing", () => {
  const clock = new ServerClock();
  clock.addPong(5000.01, 0, 0.02);
  clock.addPong(5001.3, 1, 1.4);

  near(clock.at(10), 5010, 1e-3);
});

test("the quickest way there and the quickest way back may belong to two pings", () => {
  const clock = new ServerClock();
  clock.addPong(5000.01, 0, 0.31); // 10 ms there, 300 ms back
  clock.addPong(5001.3, 1, 1.31); // 300 ms there, 10 ms back

  near(clock.at(10), 5010, 1e-3);
});

test("a small correction is eased in, so that nothing jerks", () => {
  const clock = new ServerClock();
  clock.addPong(5000.05, 0, 0.1);
  clock.addPong(5000.23, 0.2, 0.28);
  const [before, after] = [clock.at(0.28), clock.at(0.3)];

  near(before, 5000.28, 0.002);
  near(after - before, 0.02, 0.002);
  near(clock.at(10), 5009.99, 1e-4);
});

test("pongs that contradict the earlier ones count at once: the machine slept", () => {
  const clock = new ServerClock();
  for (let at = 0; at < 5; at++) clock.addPong(5000 + at, at, at);
  near(clock.at(6), 5006);

  clock.addPong(8007, 7, 7.02);
  near(clock.at(7.02), 8007.01);
  clock.addPong(8008, 8, 8);
  near(clock.at(20), 8020, 1e-3);
});

test("a clock that runs apart is followed", () => {
  const clock = new ServerClock();
  const drift = 1e-4;
  const server = (local) => 5000 + local * (1 + drift);
  for (let at = 0; at < 3600; at += 4) clock.addPong(server(at + 0.03), at, at + 0.06);

  near(clock.at(3600), server(3600), 0.005);
});

test("with pings of any jitter the error stays within half the difference of the quickest ways", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const chance = chances(seed);
    const clock = new ServerClock();
    const [there, back] = [0.01 + 0.05 * chance(), 0.01 + 0.05 * chance()];
    for (let at = 0; at < 60; at += 4) {
      const up = there + 0.3 * chance() ** 4;
      clock.addPong(7000 + at + up, at, at + up + back + 0.3 * chance() ** 4);
    }
    near(clock.at(60), 7060, Math.abs(there - back) / 2 + 0.015);
  }
});

test("clocks that run apart make no contradiction between quick pings and old ones", () => {
  const server = (local) => 7000 + local * (1 + 1e-4);
  for (let seed = 1; seed <= 50; seed++) {
    const chance = chances(seed);
    const clock = new ServerClock();
    for (let at = 0; at < 600; at += 4) {
      const there = 0.0005 + 0.2 * chance() ** 3;
      const back = 0.0005 + 0.2 * chance() ** 3;
      clock.addPong(server(at + there), at, at + there + back);
      if (at > 60) near(clock.at(at + 3), server(at + 3), 0.025);
    }
  }
});
