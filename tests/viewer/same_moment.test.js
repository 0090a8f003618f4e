/** Two viewers of one room, simulated: what each draws, by clocks and networks of their own. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MediaClock } from "../../replays/static/replays/js/media_clock.js";
import { Playout } from "../../replays/static/replays/js/playout.js";
import { ServerClock } from "../../replays/static/replays/js/server_clock.js";
import { chances, state } from "./support.js";

const SAME_S = 0.05;
/** As the server does: fifths of a second, a tenth ahead of their time. */
const BATCH_S = 0.2;
const LEAD_S = 0.1;
const FRAME_S = 1 / 30;
const FIRST_PINGS_S = [0, 0.08, 0.16, 0.25, 0.4, 0.7, 1.2];
const PING_INTERVAL_S = 4;
const SETTLED_S = 3;

/** A browser somewhere: its clock runs apart from the server's and its network takes its time. */
class SimulatedViewer {
  #events = [];
  #offset;
  #drift;
  #there;
  #back;
  #jitter;
  #chance;
  #lastArrival = 0;
  #lastT = null;
  #server = new ServerClock();
  #clock = new MediaClock();
  #playout = new Playout(this.#clock);

  constructor({ offset, drift = 0, there, back, jitter = 0, seed = 1 }, { speed, length }) {
    Object.assign(this, { speed });
    [this.#offset, this.#drift, this.#there, this.#back, this.#jitter] = [offset, drift, there, back, jitter];
    this.#chance = chances(seed);
    this.#playout.anchor(state({ t: 0, speed, server_time: 0 }));
    const pings = [...FIRST_PINGS_S];
    for (let at = PING_INTERVAL_S; at < length; at += PING_INTERVAL_S) pings.push(at);
    for (const at of pings) this.#planPing(at);
    for (let due = 0; due < length; due += BATCH_S) this.#planFrames(due);
    this.#events.sort((a, b) => a.at - b.at);
  }

  /** What is drawn at the server's moment `at`; null while it does not know what time it is. */
  drawnAt(at) {
    while (this.#events.length && this.#events[0].at <= at) this.#events.shift().happen();
    const local = this.#local(at);
    return this.#server.known ? this.#playout.timeAt(local, this.#server.at(local)) : null;
  }

  /** Whether what was asked for last could be drawn, or frames were missing. */
  hasFramesFor(t) {
    return this.#lastT !== null && t <= this.#lastT + 1e-6;
  }

  #local(at) {
    return this.#offset + at * (1 + this.#drift);
  }

  #planPing(at) {
    const there = this.#there + this.#delay();
    const back = at + there + this.#back + this.#delay();
    this.#events.push({
      at: back,
      happen: () => this.#server.addPong(at + there, this.#local(at), this.#local(back)),
    });
  }

  #planFrames(due) {
    const at = Math.max(this.#lastArrival, due - LEAD_S + this.#back + this.#delay());
    this.#lastArrival = at;
    this.#events.push({ at, happen: () => this.#takeFrames(at, due + BATCH_S - FRAME_S) });
  }

  #takeFrames(at, lastDue) {
    const local = this.#local(at);
    if (this.#lastT !== null && this.#server.known) {
      const margin = (this.#lastT - this.#clock.positionAt(this.#server.at(local))) / this.speed;
      this.#playout.delay.noteArrival(margin, local);
    }
    this.#lastT = lastDue * this.speed;
  }

  /** Mostly short, now and then long. */
  #delay() {
    return this.#jitter * this.#chance() ** 3;
  }
}

const NETWORKS = {
  "clocks hours apart": [
    { offset: 7200, there: 0.005, back: 0.005 },
    { offset: 86_400, there: 0.02, back: 0.02 },
  ],
  "the next room and another continent": [
    { offset: 10, there: 0.001, back: 0.001 },
    { offset: 20, there: 0.16, back: 0.15 },
  ],
  "slow there, quick back": [
    { offset: 0, there: 0.08, back: 0.01 },
    { offset: 5, there: 0.02, back: 0.02 },
  ],
  "asymmetric the other way round": [
    { offset: 3, there: 0.01, back: 0.05 },
    { offset: 600, there: 0.05, back: 0.01 },
  ],
  "a shaky mobile network": [
    { offset: 1, there: 0.03, back: 0.03, jitter: 0.1, seed: 3 },
    { offset: 9, there: 0.01, back: 0.01, jitter: 0.02, seed: 4 },
  ],
  "clocks that run apart by 200 parts in a million": [
    { offset: 100, drift: 1e-4, there: 0.02, back: 0.02, jitter: 0.02, seed: 5 },
    { offset: 200, drift: -1e-4, there: 0.04, back: 0.02, jitter: 0.02, seed: 6 },
  ],
};

for (const [name, [one, other]] of Object.entries(NETWORKS)) {
  for (const speed of [1, 32]) {
    test(`two viewers see the same moment: ${name}, speed ${speed}`, () => {
      const room = { speed, length: 300 };
      const viewers = [new SimulatedViewer(one, room), new SimulatedViewer(other, room)];
      let worst = 0;
      for (let at = 0; at < room.length - 1; at += 1 / 60) {
        const [first, second] = viewers.map((viewer) => viewer.drawnAt(at));
        if (at < SETTLED_S) continue;
        worst = Math.max(worst, Math.abs(first - second) / speed);
        assert.ok(viewers[0].hasFramesFor(first) && viewers[1].hasFramesFor(second), `no frame at ${at}`);
      }
      assert.ok(worst <= SAME_S, `${(worst * 1000).toFixed(1)} ms apart`);
    });
  }
}

test("whose frames come too late for the common moment is behind, and stands still no more", () => {
  const room = { speed: 1, length: 60 };
  const near = new SimulatedViewer({ offset: 0, there: 0.01, back: 0.01 }, room);
  const far = new SimulatedViewer({ offset: 0, there: 0.4, back: 0.4 }, room);
  let behind = 0;
  for (let at = 0; at < 50; at += 1 / 60) {
    const [first, second] = [near.drawnAt(at), far.drawnAt(at)];
    if (at < 10) continue;
    behind = first - second;
    assert.ok(far.hasFramesFor(second), `no frame at ${at}`);
  }
  assert.ok(behind > SAME_S && behind < 0.5, `${behind}`);
});
