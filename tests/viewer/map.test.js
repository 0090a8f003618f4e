import assert from "node:assert/strict";
import { test } from "node:test";

import { placeLabels, slotOffset } from "../../replays/static/replays/js/label_layout.js";
import { fitProjection, frameAt, placeAtFraction } from "../../replays/static/replays/js/track_geometry.js";

const SIZE = { width: 400, height: 300 };
const SQUARE = [[0, 0], [100, 0], [100, 100], [0, 100]];
const close = (actual, expected) =>
  actual.forEach((value, axis) => assert.ok(Math.abs(value - expected[axis]) < 1e-6, `${actual} is not ${expected}`));

test("the outline fills the canvas, north up, in the middle", () => {
  const project = fitProjection(SQUARE, 0, SIZE, 50);

  close(project(0, 0), [100, 250]);
  close(project(100, 100), [300, 50]);
});

test("the map turns counter-clockwise", () => {
  const project = fitProjection(SQUARE, 90, SIZE, 50);

  close(project(100, 0), [300, 50]);
  close(project(0, 0), [300, 250]);
});

test("places along the outline count from the start line, in its direction", () => {
  assert.equal(placeAtFraction(SQUARE, 0, 0.25), 1);
  assert.equal(placeAtFraction(SQUARE, 3, 0.5), 1);
  assert.equal(placeAtFraction(SQUARE, 2, 0), 2);
});

test("the frame at a place points forward and to the side", () => {
  const angles = Array.from({ length: 100 }, (_, k) => (k / 50) * Math.PI);
  const line = angles.map((angle) => [50 * Math.cos(angle), 50 * Math.sin(angle)]);
  const { along, across, bend } = frameAt(line, 0);

  close(along, [0, 1]);
  close(across, [-1, 0]);
  assert.ok(bend > 0);
});

const dot = (id, x, y) => ({ id, x, y, width: 30, height: 15 });

function boxes(dots, slots) {
  return dots.filter(({ id }) => slots.has(id)).map((one) => {
    const [dx, dy] = slotOffset(one, slots.get(one.id));
    return { left: one.x + dx - 15, right: one.x + dx + 15, top: one.y + dy - 7.5, bottom: one.y + dy + 7.5 };
  });
}

test("labels never lie on one another, and the first of a crowd keeps its own", () => {
  const dots = Array.from({ length: 20 }, (_, k) => dot(String(k), 100 + k * 6, 150));
  const slots = placeLabels(dots, new Map(), SIZE);
  const placed = boxes(dots, slots);

  assert.ok(slots.has("0"));
  assert.ok(slots.size >= 6 && slots.size < 20, `${slots.size}`);
  placed.forEach((a, i) =>
    placed.slice(i + 1).forEach((b) =>
      assert.ok(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top)));
});

test("a label keeps its side while that is free", () => {
  const slots = placeLabels([dot("a", 100, 100)], new Map([["a", 3]]), SIZE);

  assert.equal(slots.get("a"), 3);
});

test("labels stay on the canvas", () => {
  const dots = [dot("a", 398, 2), dot("b", 2, 298)];
  for (const box of boxes(dots, placeLabels(dots, new Map(), SIZE))) {
    assert.ok(box.left >= 0 && box.top >= 0 && box.right <= SIZE.width && box.bottom <= SIZE.height);
  }
});
