/**
 * The binary messages of the socket: frames, column by column, as integers. Pure; the layout is in docs/protocol.md.
 *
 * @typedef {{type: "int8"|"int16"|"int32", scale: number, labels: string[]|undefined}} BinaryColumn as `hello` has it
 */

import { ProtocolError } from "./protocol.js";

const FORMAT = 1;
const SIZES = { int8: 1, int16: 2, int32: 4 };
const LAP_SIZE = 2;

/**
 * @param {ArrayBuffer} buffer one message
 * @param {BinaryColumn[]} columns `binary_columns` of `hello`
 * @returns {object|null} a `frames` message as JSON would have it, with rows in the order of the message's columns;
 *   null where a newer server sends something else
 * @throws {ProtocolError}
 */
export function readBinaryFrames(buffer, columns) {
  const reader = new IntegerReader(buffer);
  try {
    if (reader.unsigned(1) !== FORMAT) return null;
    const message = readFrames(reader, columns);
    if (!reader.atEnd) throw new ProtocolError("a binary message longer than it says");
    return message;
  } catch (error) {
    if (error instanceof RangeError) throw new ProtocolError("a binary message shorter than it says");
    throw error;
  }
}

function readFrames(reader, columns) {
  const frameCount = reader.unsigned(1);
  const carCount = reader.unsigned(1);
  const columnCount = reader.unsigned(1);
  const generation = reader.unsigned(4);
  const seq = reader.unsigned(4);
  const times = reader.row(frameCount, 4);
  const laps = reader.row(frameCount, LAP_SIZE);
  if (frameCount === 0) throw new ProtocolError("a binary message without a frame");
  const frames = times.map((ms, index) => ({
    t: ms / 1000,
    lap: laps[index] === nullOf(LAP_SIZE) ? null : laps[index],
    cars: Array.from({ length: carCount }, () => []),
  }));
  for (let place = 0; place < columnCount; place++) readColumn(reader, columns, frames, carCount);
  return { type: "frames", generation, seq, frames };
}

/** Adds the next column of the message to the rows of `frames`. */
function readColumn(reader, columns, frames, carCount) {
  const column = columns[reader.unsigned(1)];
  if (!column) throw new ProtocolError("a binary message with a column that hello does not have");
  const size = SIZES[column.type];
  const width = reader.unsigned(1);
  if (width > size) throw new ProtocolError("a binary message with values wider than their column");
  const row = reader.row(carCount, size);
  addValues(frames[0].cars, row, column);
  for (let index = 1; index < frames.length; index++) {
    if (width > 0) advance(row, reader.row(carCount, width), width === size);
    addValues(frames[index].cars, row, column);
  }
}

function advance(row, later, areValues) {
  for (let car = 0; car < row.length; car++) row[car] = areValues ? later[car] : row[car] + later[car];
}

function addValues(cars, row, { labels, scale, type }) {
  const unknown = nullOf(SIZES[type]);
  for (let car = 0; car < row.length; car++) {
    const raw = row[car];
    if (raw === unknown) cars[car].push(null);
    else cars[car].push(labels ? (labels[raw] ?? null) : raw / scale);
  }
}

/** The integer that means unknown: the smallest of its size. */
function nullOf(size) {
  return -(2 ** (8 * size - 1));
}

/** Little-endian integers, one after the other. Throws RangeError past the end. */
class IntegerReader {
  #view;
  #at = 0;

  constructor(buffer) {
    this.#view = new DataView(buffer);
  }

  get atEnd() {
    return this.#at === this.#view.byteLength;
  }

  unsigned(size) {
    const at = this.#take(size);
    return size === 1 ? this.#view.getUint8(at) : this.#view.getUint32(at, true);
  }

  /** @param {number} count @param {1|2|4} size @returns {number[]} signed integers */
  row(count, size) {
    const integers = [];
    for (let index = 0; index < count; index++) integers.push(this.#signed(size));
    return integers;
  }

  #signed(size) {
    const at = this.#take(size);
    if (size === 1) return this.#view.getInt8(at);
    return size === 2 ? this.#view.getInt16(at, true) : this.#view.getInt32(at, true);
  }

  #take(size) {
    const at = this.#at;
    this.#at += size;
    return at;
  }
}
