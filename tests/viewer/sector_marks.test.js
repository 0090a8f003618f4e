import assert from "node:assert/strict";
import { test } from "node:test";

import { marksInWords, miniBackground, sectorMarks } from "../../replays/static/replays/js/sector_marks.js";

const SESSION = {
  sectors: new Map([["4", { lap: 3, colours: ["purple", null, null] }]]),
  miniSectors: new Map([["4", "yp|g"]]),
  miniSectorCounts: [2, 3, 2],
};

test("every sector has its colour and a letter for each mini-sector, those to come included", () => {
  assert.deepEqual(sectorMarks(SESSION, "4"), [
    { colour: "purple", minis: "yp" },
    { colour: null, minis: "g--" },
    { colour: null, minis: "--" },
  ]);
});

test("a car of which nothing is known has marks without colour", () => {
  assert.deepEqual(sectorMarks(SESSION, "1").map(({ colour, minis }) => [colour, minis]), [
    [null, "--"],
    [null, "---"],
    [null, "--"],
  ]);
});

test("a session without mini-sectors has no fields for them", () => {
  const marks = sectorMarks({ ...SESSION, miniSectors: new Map(), miniSectorCounts: [] }, "4");

  assert.deepEqual(marks.map((mark) => mark.minis), ["", "", ""]);
  assert.equal(miniBackground(""), "none");
});

test("mini-sectors share the width of their sector", () => {
  assert.equal(
    miniBackground("yi-?"),
    "linear-gradient(to right, var(--sector-yellow) 0% 25%, var(--sector-pit) 25% 50%, " +
      "var(--sector-none) 50% 75%, var(--sector-none) 75% 100%)",
  );
});

test("colours are told in words too", () => {
  const marks = [{ colour: "green", minis: "" }, { colour: null, minis: "" }, { colour: "yellow", minis: "" }];

  assert.equal(marksInWords(marks), "sector 1 green, sector 3 yellow");
});
