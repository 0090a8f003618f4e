import assert from "node:assert/strict";
import { test } from "node:test";

import { mapNote } from "../../replays/static/replays/js/map_note.js";

test("estimated positions are said to be estimated", () => {
  assert.equal(mapNote({ positions: "estimated" }), "Positions estimated from timing");
});

test("positions that are partly there, or not at all, are said to be so", () => {
  assert.match(mapNote({ positions: "partial" }), /part of the session/);
  assert.match(mapNote({ positions: false }), /No car positions/);
});

test("positions that are all there need no note, nor does a server that says nothing", () => {
  assert.equal(mapNote({ positions: true }), "");
  assert.equal(mapNote({}), "");
  assert.equal(mapNote(undefined), "");
});
