import assert from "node:assert/strict";
import { test } from "node:test";

import { FlagHistory } from "../../replays/static/replays/js/flag_history.js";
import { SessionState, isRace } from "../../replays/static/replays/js/session_state.js";

const status = (t, name) => ({ type: "event", kind: "track_status", t, name });
const message = (t, text) => ({ type: "event", kind: "race_control", t, message: text });

test("an event that came early waits for its moment", () => {
  const session = new SessionState();
  session.expect(status(10, "yellow"));

  assert.deepEqual(session.advance(9.9), []);
  assert.equal(session.trackStatus, null);
  assert.equal(session.advance(10).length, 1);
  assert.equal(session.trackStatus, "yellow");
});

test("events are applied in the order of their times", () => {
  const session = new SessionState();
  session.expect(status(12, "safety_car"));
  session.expect(status(11, "yellow"));

  assert.deepEqual(session.advance(20).map((event) => event.t), [11, 12]);
  assert.equal(session.trackStatus, "safety_car");
});

test("a seek drops what was still to come, and the snapshot says all", () => {
  const session = new SessionState();
  session.expect(status(10, "red"));
  session.jump();
  session.applySnapshot({
    t: 5,
    track_status: { code: "1", name: "all_clear", t: 1 },
    weather: { air_temp_c: 20 },
    race_control: [message(1, "a"), message(2, "b")],
  });
  session.advance(100);

  assert.equal(session.trackStatus, "all_clear");
  assert.equal(session.weather.air_temp_c, 20);
  assert.deepEqual(session.messages.map((item) => item.message), ["b", "a"]);
});

test("nothing of a later moment is left after going back", () => {
  const session = new SessionState();
  session.expect({ type: "event", kind: "fastest_lap", t: 50, number: "4", lap: 3, lap_time: 70 });
  session.advance(60);
  session.jump();
  session.applySnapshot({ t: 5, track_status: null, weather: null, race_control: [], fastest_lap: null });

  assert.equal(session.fastestLap, null);
  assert.equal(session.trackStatus, null);
});

test("a message told twice is shown once", () => {
  const session = new SessionState();
  session.expect(message(3, "a"));
  session.expect(message(3, "a"));
  session.advance(4);

  assert.equal(session.messages.length, 1);
});

test("the fastest lap is the last one told, and none where it was deleted without another", () => {
  const session = new SessionState();
  const fastest = (t, number, time) => session.expect({ type: "event", kind: "fastest_lap", t, number, lap_time: time });
  fastest(1, "4", 80);
  fastest(2, "1", 79.5);
  session.advance(2);
  assert.deepEqual(session.fastestLap, { number: "1", lapTime: 79.5 });

  fastest(3, null, null);
  session.advance(3);
  assert.equal(session.fastestLap, null);
});

test("sectors are those of the running lap, and of the last one until its first sector is driven", () => {
  const session = new SessionState();
  const sector = (t, lap, place, colour) =>
    session.expect({ type: "event", kind: "sector", t, number: "4", lap, sector: place, time: 30, colour });
  sector(1, 7, 1, "green");
  sector(2, 7, 2, "purple");
  sector(3, 8, 1, "yellow");
  session.advance(2);
  assert.deepEqual(session.sectors.get("4"), { lap: 7, colours: ["green", "purple", null] });

  session.advance(3);
  assert.deepEqual(session.sectors.get("4"), { lap: 8, colours: ["yellow", null, null] });
});

test("a purple sector is green once another car has beaten it, also one of the snapshot", () => {
  const session = new SessionState();
  session.applySnapshot({ t: 0, sectors: { 1: { lap: 2, colours: ["purple", "purple", "yellow"] } } });
  session.expect({ type: "event", kind: "sector", t: 1, number: "4", lap: 2, sector: 1, time: 30, colour: "purple" });
  session.expect({ type: "event", kind: "sector", t: 2, number: "44", lap: 2, sector: 2, time: 30, colour: "green" });
  session.advance(2);

  assert.deepEqual(session.sectors.get("1").colours, ["green", "purple", "yellow"]);
  assert.deepEqual(session.sectors.get("4").colours, ["purple", null, null]);
});

test("a snapshot has the colours of sectors and mini-sectors and the fastest lap, and events go on from it", () => {
  const session = new SessionState();
  session.applySnapshot({
    t: 5,
    fastest_lap: { t: 4, number: "4", lap: 2, lap_time: 80.5 },
    sectors: { 4: { lap: 3, colours: ["yellow", null, null] } },
    mini_sectors: { counts: [2, 2, 2], cars: { 4: "yy|g", 1: "p" } },
  });
  session.expect({ type: "event", kind: "sector", t: 6, number: "4", lap: 3, sector: 2, time: 30, colour: "green" });
  session.expect({ type: "event", kind: "mini_sectors", t: 6, counts: [2, 2, 2], cars: { 4: "yy|gg" } });
  session.advance(6);

  assert.deepEqual(session.fastestLap, { number: "4", lapTime: 80.5 });
  assert.deepEqual(session.sectors.get("4").colours, ["yellow", "green", null]);
  assert.deepEqual([...session.miniSectors], [["1", "p"], ["4", "yy|gg"]]);
});

test("a snapshot of a server that knows no colours leaves none of a later moment", () => {
  const session = new SessionState();
  session.expect({ type: "event", kind: "mini_sectors", t: 6, counts: [1], cars: { 4: "y" } });
  session.expect({ type: "event", kind: "fastest_lap", t: 6, number: "4", lap: 2, lap_time: 80 });
  session.advance(6);
  session.applySnapshot({ t: 5 });

  assert.deepEqual([session.fastestLap, session.sectors.size, session.miniSectors.size], [null, 0, 0]);
});

test("races and sprints are told from sessions run for the best lap", () => {
  assert.equal(isRace({ session_name: "Race" }), true);
  assert.equal(isRace({ session_name: "Sprint" }), true);
  assert.equal(isRace({ session_name: "Sprint Qualifying", laps: 20 }), false);
  assert.equal(isRace({ session_name: "Sprint Shootout" }), false);
  assert.equal(isRace({ session: "2024-british-grand-prix-practice-1" }), false);
  assert.equal(isRace({ laps: 57 }), true);
});

test("track status periods are those watched, each as far as it was watched", () => {
  const history = new FlagHistory();
  history.begin("all_clear", 0);
  history.begin("yellow", 100);
  history.begin("safety_car", 110);
  history.extend(150);
  history.jump();
  history.extend(900);

  assert.deepEqual(history.periods, [
    { name: "yellow", start: 100, end: 110 },
    { name: "safety_car", start: 110, end: 150 },
  ]);
});

test("a period seen again goes on, it is not doubled", () => {
  const history = new FlagHistory();
  history.begin("safety_car", 110);
  history.extend(150);
  history.jump();
  history.begin("safety_car", 110);
  history.extend(130);
  assert.deepEqual(history.periods, [{ name: "safety_car", start: 110, end: 150 }]);

  history.extend(200);
  history.begin("all_clear", 201);
  history.extend(300);
  assert.deepEqual(history.periods, [{ name: "safety_car", start: 110, end: 201 }]);
});
