import assert from "node:assert/strict";
import { test } from "node:test";

import { contrast, legibleOnDark, parse, teamColour } from "../../replays/static/replays/js/colours.js";
import {
  formatClock,
  formatGap,
  formatLapTime,
  formatLapsToGo,
  lapsBetween,
  tyreBadge,
} from "../../replays/static/replays/js/formatters.js";
import { flagOf } from "../../replays/static/replays/js/flags.js";
import { messageKind } from "../../replays/static/replays/js/race_control.js";
import { weatherFacts } from "../../replays/static/replays/js/weather.js";

test("clocks count hours only when there are any, and down to the start", () => {
  assert.equal(formatClock(0), "0:00");
  assert.equal(formatClock(59.99), "0:59");
  assert.equal(formatClock(754), "12:34");
  assert.equal(formatClock(3723.5), "1:02:03");
  assert.equal(formatClock(-5), "−0:05");
  assert.equal(formatClock(-4.5), "−0:05");
  assert.equal(formatClock(null), "–:––");
});

test("lap times keep their thousandths", () => {
  assert.equal(formatLapTime(59.0014), "59.001");
  assert.equal(formatLapTime(83.456), "1:23.456");
  assert.equal(formatLapTime(119.9996), "2:00.000");
  assert.equal(formatLapTime(61.5), "1:01.500");
  assert.equal(formatLapTime(null), "–");
});

test("gaps are seconds, minutes, or laps from one lap on", () => {
  assert.equal(formatGap(1.2346), "+1.235");
  assert.equal(formatGap(0), "+0.000");
  assert.equal(formatGap(62.345), "+1:02.345");
  assert.equal(formatGap(95, 1), "+1L");
  assert.equal(formatGap(null, 3), "+3L");
  assert.equal(formatGap(null), "–");
});

test("a lap down is a full lap of progress, not a lap number", () => {
  assert.equal(lapsBetween(10.99, 10), 0);
  assert.equal(lapsBetween(11.01, 10), 1);
  assert.equal(lapsBetween(12, 10), 2);
  assert.equal(lapsBetween(9, 10), 0);
  assert.equal(lapsBetween(null, 10), 0);
});

test("tyres old and new have their badge", () => {
  assert.equal(tyreBadge("SOFT").letter, "S");
  assert.equal(tyreBadge("intermediate").kind, "intermediate");
  assert.deepEqual(tyreBadge("ULTRASOFT"), { letter: "US", kind: "ultrasoft", name: "Ultrasoft" });
  assert.equal(tyreBadge("TEST_UNKNOWN").kind, "unknown");
  assert.equal(tyreBadge(null).kind, "none");
});

test("every team colour becomes legible, and legible ones stay as they are", () => {
  for (const colour of ["#000000", "#1e41ff", "900000", "#f47600", null, "nonsense"]) {
    assert.ok(contrast(parse(legibleOnDark(colour))) >= 4.5, String(colour));
  }
  assert.equal(legibleOnDark("#F47600"), "#f47600");
  assert.equal(teamColour(undefined), teamColour("#12"));
});

test("every track status has words; an unknown one has none", () => {
  assert.equal(flagOf("virtual_safety_car").text, "Virtual safety car");
  assert.equal(flagOf("red").kind, "red");
  assert.equal(flagOf(null).text, "");
});

test("messages are marked by their flag, and safety cars by their words", () => {
  assert.equal(messageKind({ flag: "CHEQUERED", message: "CHEQUERED FLAG" }), "chequered");
  assert.equal(messageKind({ flag: "RED", message: "RED FLAG" }), "red");
  assert.equal(messageKind({ flag: null, category: "SafetyCar", message: "SAFETY CAR DEPLOYED" }), "sc");
  assert.equal(messageKind({ category: "Other", message: "INCIDENT - SAFETY CAR INFRINGEMENT" }), "none");
});

test("laps to go are those after the running one", () => {
  assert.deepEqual([1, 56, 57, 58].map((lap) => formatLapsToGo(lap, 57, false)), [
    "56 laps to go",
    "1 lap to go",
    "Last lap",
    "Last lap",
  ]);
  assert.equal(formatLapsToGo(57, 57, true), "Finished");
  assert.equal(formatLapsToGo(null, 57, false), "");
  assert.equal(formatLapsToGo(3, null, false), "");
});

test("weather says what is known, and nothing else", () => {
  const wind = { wind_speed_ms: 2, wind_direction_deg: 350 };
  const facts = weatherFacts({ air_temp_c: 15.84, rainfall: true, humidity_percent: null, ...wind });

  assert.deepEqual(facts, [
    { name: "Air", value: "15.8 °C" },
    { name: "Wind", value: "2.0 m/s N" },
    { name: "Rain", value: "Yes" },
  ]);
  assert.deepEqual(weatherFacts(null), []);
});
