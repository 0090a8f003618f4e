/**
 * Where things lie on the canvas. Pure: metres of the circuit (y up) in, CSS pixels (y down) out.
 *
 * @typedef {[number, number]} Point
 * @typedef {{(x: number, y: number): Point}} Projection
 */

/**
 * @param {Point[]} outline metres
 * @param {number} rotationDeg counter-clockwise
 * @param {{width: number, height: number}} size CSS pixels
 * @param {number} padding CSS pixels kept free on every side
 * @returns {Projection} the whole outline, as large as fits, in the middle
 */
export function fitProjection(outline, rotationDeg, size, padding) {
  const angle = (rotationDeg * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const turned = outline.map(([x, y]) => [x * cos - y * sin, x * sin + y * cos]);
  const [left, right] = extent(turned, 0);
  const [bottom, top] = extent(turned, 1);
  const scale = Math.max(
    0.001,
    Math.min(
      (size.width - 2 * padding) / Math.max(1, right - left),
      (size.height - 2 * padding) / Math.max(1, top - bottom),
    ),
  );
  const middleX = (left + right) / 2;
  const middleY = (bottom + top) / 2;
  return (x, y) => [
    size.width / 2 + (x * cos - y * sin - middleX) * scale,
    size.height / 2 - (x * sin + y * cos - middleY) * scale,
  ];
}

/**
 * @param {Point[]} line
 * @param {Point} point
 * @returns {number} place of the line's nearest point
 */
export function nearestPlace(line, [x, y]) {
  let best = 0;
  let least = Infinity;
  line.forEach(([px, py], place) => {
    const distance = (px - x) ** 2 + (py - y) ** 2;
    if (distance < least) {
      least = distance;
      best = place;
    }
  });
  return best;
}

/**
 * @param {Point[]} line closed
 * @param {number} place
 * @returns {{along: Point, across: Point, bend: number}} unit vectors forward and to its right hand (in pixels), and
 *   the turn there: positive where the line bends towards `across`
 */
export function frameAt(line, place) {
  const count = line.length;
  const reach = Math.max(2, Math.round(count / 150));
  const before = line[(place - reach + count) % count];
  const here = line[place];
  const after = line[(place + reach) % count];
  const along = unit([after[0] - before[0], after[1] - before[1]]);
  const across = [-along[1], along[0]];
  const bend = (before[0] + after[0] - 2 * here[0]) * across[0] + (before[1] + after[1] - 2 * here[1]) * across[1];
  return { along, across, bend };
}

/**
 * @param {Point[]} line closed
 * @param {number} start place where progress is 0
 * @param {number} fraction of its length, in the line's direction
 * @returns {number} place there
 */
export function placeAtFraction(line, start, fraction) {
  const lengths = line.map((point, place) => distance(point, line[(place + 1) % line.length]));
  let left = (((fraction % 1) + 1) % 1) * lengths.reduce((a, b) => a + b, 0);
  let place = start;
  while (left > lengths[place]) {
    left -= lengths[place];
    place = (place + 1) % line.length;
  }
  return left * 2 > lengths[place] ? (place + 1) % line.length : place;
}

function distance([ax, ay], [bx, by]) {
  return Math.hypot(bx - ax, by - ay);
}

function unit([x, y]) {
  const length = Math.hypot(x, y) || 1;
  return [x / length, y / length];
}

function extent(points, axis) {
  return points.reduce(
    ([low, high], point) => [Math.min(low, point[axis]), Math.max(high, point[axis])],
    [Infinity, -Infinity],
  );
}
