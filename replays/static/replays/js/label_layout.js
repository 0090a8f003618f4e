/**
 * Which side of its dot each driver code stands, so that they do not lie on one another. Pure.
 *
 * @typedef {{id: string, x: number, y: number, width: number, height: number}} Dot CSS pixels; size of its label
 */

const CLEAR_OF_DOT = 9;
const DOT_RADIUS = 6;
/** Directions tried, the pleasant ones first. */
const SLOTS = [
  [1, -0.75],
  [-1, -0.75],
  [1, 0.75],
  [-1, 0.75],
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
];

/**
 * @param {Dot[]} dots the most important first
 * @param {Map<string, number>} previous the slot each had; kept while it is free, so that labels do not flicker
 * @param {{width: number, height: number}} size
 * @returns {Map<string, number>} slot of each label; one without a free place is absent
 */
export function placeLabels(dots, previous, size) {
  const taken = [];
  const slots = new Map();
  for (const dot of dots) {
    const before = previous.get(dot.id);
    const tries = before === undefined ? SLOTS.keys() : [before, ...SLOTS.keys()];
    for (const slot of tries) {
      const box = labelBox(dot, slot);
      if (!inside(box, size) || taken.some((other) => overlap(box, other)) || coversDot(box, dot, dots)) continue;
      taken.push(box);
      slots.set(dot.id, slot);
      break;
    }
  }
  return slots;
}

/**
 * @param {{width: number, height: number}} label
 * @param {number} slot
 * @returns {[number, number]} from the dot's middle to the label's middle
 */
export function slotOffset(label, slot) {
  const [dx, dy] = SLOTS[slot];
  const sideways = dx === 0 ? 0 : dx * (label.width / 2 + (dy === 0 ? CLEAR_OF_DOT : CLEAR_OF_DOT - 3));
  const upright = dy * (label.height / 2 + CLEAR_OF_DOT - 1);
  return [sideways, upright];
}

function labelBox(dot, slot) {
  const [dx, dy] = slotOffset(dot, slot);
  const left = dot.x + dx - dot.width / 2;
  const top = dot.y + dy - dot.height / 2;
  return { left, top, right: left + dot.width, bottom: top + dot.height };
}

function inside(box, size) {
  return box.left >= 0 && box.top >= 0 && box.right <= size.width && box.bottom <= size.height;
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function coversDot(box, own, dots) {
  return dots.some(
    (dot) =>
      dot !== own &&
      dot.x > box.left - DOT_RADIUS + 2 &&
      dot.x < box.right + DOT_RADIUS - 2 &&
      dot.y > box.top - DOT_RADIUS + 2 &&
      dot.y < box.bottom + DOT_RADIUS - 2,
  );
}
