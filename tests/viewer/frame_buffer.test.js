import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameBuffer, interpolate } from "../../replays/static/replays/js/frame_buffer.js";
import { frame, frames } from "./support.js";

function filled(start = 10, count = 6) {
  const buffer = new FrameBuffer();
  buffer.startGeneration(1, start);
  buffer.push(1, frames(start, count));
  return buffer;
}

const xAt = (buffer, t) => interpolate(buffer.sample(t), 0, 0);

test("an empty buffer has nothing to show", () => {
  assert.equal(new FrameBuffer().sample(5), null);
});

test("a moment between two frames is interpolated, one at a frame is that frame", () => {
  const buffer = filled();

  assert.equal(xAt(buffer, 12), 120);
  assert.equal(xAt(buffer, 12.25), 122.5);
});

test("before the first and after the last frame that frame stands", () => {
  const buffer = filled();

  assert.equal(xAt(buffer, 3), 100);
  assert.equal(xAt(buffer, 99), 150);
});

test("batches join without a seam, and frames that come twice count once", () => {
  const buffer = filled();
  assert.equal(buffer.push(1, frames(14, 4)), 2);

  assert.equal(buffer.length, 8);
  assert.equal(xAt(buffer, 15.5), 155);
});

test("frames of an older generation are dropped", () => {
  const buffer = filled();
  buffer.startGeneration(3, 500);

  assert.equal(buffer.push(2, frames(16, 3)), 0);
  assert.equal(buffer.startGeneration(2, 16), false);
  assert.equal(buffer.length, 0);
  assert.equal(buffer.generation, 3);
});

test("a seek elsewhere leaves nothing of the old frames", () => {
  const buffer = filled();
  buffer.startGeneration(2, 500);
  assert.equal(buffer.sample(500), null);

  buffer.push(2, frames(500, 1));
  assert.equal(xAt(buffer, 500), 5000);
});

test("a pause keeps the frames around its moment", () => {
  const buffer = filled();
  buffer.startGeneration(2, 12.5);

  assert.equal(xAt(buffer, 12.5), 125);
});

test("a pause just past the last frame keeps it", () => {
  const buffer = filled();
  buffer.startGeneration(2, 15.5);

  assert.equal(xAt(buffer, 15.5), 150);
});

test("the new generation's frames replace the old ones from its first on", () => {
  const buffer = filled();
  buffer.startGeneration(2, 12.5);
  buffer.push(2, [frame(12.5, 1), frame(13, 2)]);

  assert.equal(buffer.length, 5);
  assert.equal(xAt(buffer, 12), 120);
  assert.equal(xAt(buffer, 12.5), 1);
  assert.equal(xAt(buffer, 20), 2);
});

test("frames that outrun their state begin their generation themselves", () => {
  const buffer = filled();
  buffer.push(2, frames(500, 2));

  assert.equal(buffer.generation, 2);
  assert.equal(xAt(buffer, 500.5), 5005);
});

test("the buffer is bounded; the oldest frames go", () => {
  const buffer = new FrameBuffer(10);
  buffer.push(1, frames(0, 25));

  assert.equal(buffer.length, 10);
  assert.equal(xAt(buffer, 0), 150);
  assert.equal(buffer.lastT, 24);
});

test("what was drawn is let go, but for the frame needed to draw on", () => {
  const buffer = filled();
  buffer.discardBefore(13.5);

  assert.equal(buffer.length, 3);
  assert.equal(xAt(buffer, 13.5), 135);
});

test("after a reset any generation is taken", () => {
  const buffer = filled();
  buffer.startGeneration(9, 12);
  buffer.reset();

  assert.equal(buffer.push(1, frames(0, 2)), 2);
});

test("a missing value is null, never a step towards zero", () => {
  const buffer = new FrameBuffer();
  buffer.push(1, [
    { t: 0, lap: 1, cars: [[5, null], null] },
    { t: 1, lap: 1, cars: [[null, 7], [1, 1]] },
  ]);
  const sample = buffer.sample(0.5);

  assert.equal(interpolate(sample, 0, 0), 5);
  assert.equal(interpolate(sample, 0, 1), null);
  assert.equal(interpolate(sample, 1, 0), null);
  assert.equal(interpolate(sample, 0, undefined), null);
});
