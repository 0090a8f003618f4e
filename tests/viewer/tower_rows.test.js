import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionState } from "../../replays/static/replays/js/session_state.js";
import { towerRows } from "../../replays/static/replays/js/tower_rows.js";

const PLACES = { position: 0, gap: 1, interval: 2, progress: 3, tyre: 4, tyre_age: 5, status: 6 };
const CARS = [{ number: "4" }, { number: "1" }, { number: "63" }];

function rows(cars, options = {}) {
  const frame = { t: 0, lap: 1, cars };
  const session = new SessionState();
  return towerRows({ cars: CARS, frame, places: PLACES, mode: "gap", race: true, session, ...options });
}

function car(position, gap, interval, progress, status = "on_track") {
  return [position, gap, interval, progress, "SOFT", 3, status];
}

function fastest(number, lapTime) {
  const session = new SessionState();
  session.expect({ type: "event", kind: "fastest_lap", t: 1, number, lap: 2, lap_time: lapTime });
  session.advance(1);
  return session;
}

test("rows stand in running order", () => {
  const order = rows([car(3, 5, 2, 9.8), car(1, 0, null, 10), car(2, 3, 3, 9.9)]).map((row) => row.number);

  assert.deepEqual(order, ["1", "63", "4"]);
});

test("cars without a position come last, in their own order; absent ones not at all", () => {
  assert.deepEqual(rows([car(null), null, car(1)]).map((row) => row.number), ["63", "4"]);
  assert.deepEqual(rows([car(null), car(null), null]).map((row) => row.number), ["4", "1"]);
});

test("gaps are to the leader, intervals to the car ahead", () => {
  const field = [car(1, 0, null, 10), car(2, 3, 3, 9.9), car(3, 5.5, 2.5, 9.8)];

  assert.deepEqual(rows(field).map((row) => row.gap), ["Leader", "+3.000", "+5.500"]);
  assert.deepEqual(rows(field, { mode: "interval" }).map((row) => row.gap), ["Leader", "+3.000", "+2.500"]);
});

test("a lapped car says how many laps, to whom the column refers", () => {
  const field = [car(1, 0, null, 10.5), car(2, 95, 95, 9.4), car(3, 99, 4, 9.3)];

  assert.deepEqual(rows(field).map((row) => row.gap), ["Leader", "+1L", "+1L"]);
  assert.deepEqual(rows(field, { mode: "interval" }).map((row) => row.gap), ["Leader", "+1L", "+4.000"]);
});

test("who is out has no gap, and says so", () => {
  const [, , last] = rows([car(1, 0, null, 10), car(2, 1, 1, 9.9, "in_pit"), car(3, 50, 49, 3, "retired")]);

  assert.deepEqual([last.gap, last.tag, last.out], ["", "RET", true]);
});

test("the state of a car is told in a word", () => {
  const tagOf = (status) => rows([car(1, 0, 0, 1, status)])[0].tag;

  assert.deepEqual(["grid", "on_track", "in_pit", "in_box", "out_lap"].map(tagOf), ["GRID", "", "PIT", "BOX", "OUT"]);
  assert.deepEqual(["stopped", "retired", "finished", null].map(tagOf), ["STOP", "RET", "FIN", ""]);
});

test("a car has the colours of its sectors, and none once it is out", () => {
  const session = new SessionState();
  for (const number of ["4", "1"]) {
    session.expect({ type: "event", kind: "sector", t: 1, number, lap: 2, sector: 1, time: 30, colour: "green" });
  }
  session.advance(1);
  const [running, out] = rows([car(1, 0, 0, 1), car(2, 0, 0, 1, "retired")], { session });

  assert.deepEqual(running.sectors.map((mark) => mark.colour), ["green", null, null]);
  assert.deepEqual(out.sectors.map((mark) => mark.colour), [null, null, null]);
});

test("outside races a faster lap of the leader that was deleted is not shown", () => {
  const session = fastest("4", 71.2);
  session.expect({ type: "event", kind: "lap", t: 2, number: "4", lap: 3, lap_time: 71.2 });
  session.expect({ type: "event", kind: "fastest_lap", t: 3, number: "4", lap: 2, lap_time: 71.653 });
  session.advance(3);
  const field = [car(1, null, null, null), car(2, 0.219, 0.219, null), car(3, null, null, null)];

  assert.equal(rows(field, { race: false, session })[0].gap, "1:11.653");
});

test("outside races the leader shows the best lap and the others what they miss", () => {
  const session = fastest("4", 71.653);
  const field = [car(1, null, null, null), car(2, 0.219, 0.219, null), car(3, null, null, null)];
  const gaps = rows(field, { race: false, session }).map((row) => row.gap);

  assert.deepEqual(gaps, ["1:11.653", "+0.219", "No time"]);
});

test("outside races a car that has no time in the running segment has no time", () => {
  const field = [car(1, null, null), car(2, null, null), car(3, null, null)];

  for (const session of [fastest("1", 71.5), fastest(null, null)]) {
    assert.deepEqual(rows(field, { race: false, session }).map((row) => row.gap), ["No time", "No time", "No time"]);
  }
});
