/** Team colours, made legible on the page's dark ground. Pure. */

const FALLBACK = "#9aa4b2";
const GROUND_LUMINANCE = luminance([0x12, 0x16, 0x1c]);
/** AA asks for 4.5; the codes are small and move. */
const LEAST_CONTRAST = 6;

/**
 * @param {string|null|undefined} colour `#rrggbb`, with or without the `#`
 * @returns {string} `#rrggbb`, grey where it is none
 */
export function teamColour(colour) {
  const match = /^#?([0-9a-f]{6})$/i.exec(colour ?? "");
  return match ? `#${match[1].toLowerCase()}` : FALLBACK;
}

/**
 * The colour, lightened as far as text on the dark ground needs.
 * @param {string|null|undefined} colour
 * @returns {string} `#rrggbb`
 */
export function legibleOnDark(colour) {
  const rgb = parse(teamColour(colour));
  for (let share = 0; share <= 1; share += 0.05) {
    const mixed = rgb.map((value) => Math.round(value + (255 - value) * share));
    if (contrast(mixed) >= LEAST_CONTRAST) return `#${mixed.map((v) => v.toString(16).padStart(2, "0")).join("")}`;
  }
  return "#ffffff";
}

/** @param {number[]} rgb 0 to 255 @returns {number} contrast with the page's ground, 1 to 21 */
export function contrast(rgb) {
  return (luminance(rgb) + 0.05) / (GROUND_LUMINANCE + 0.05);
}

/** @param {string} colour `#rrggbb` @returns {number[]} */
export function parse(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
