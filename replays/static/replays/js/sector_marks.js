/**
 * The colours of a car's sectors and mini-sectors, as the tower marks them. Pure.
 *
 * @typedef {{colour: string|null, minis: string}} SectorMark `minis` has a letter for each mini-sector of the sector,
 *   empty where the timing feed has none
 */

const SECTORS = [0, 1, 2];
const STILL_TO_COME = "-";
const NAMES = { y: "yellow", g: "green", p: "purple", i: "pit", [STILL_TO_COME]: "none" };

/** @type {SectorMark[]} */
export const NO_MARKS = SECTORS.map(() => ({ colour: null, minis: "" }));

/**
 * @param {{sectors: Map<string, {colours: (string|null)[]}>, miniSectors: Map<string, string>,
 *   miniSectorCounts: number[]}} session see `SessionState`
 * @param {string} number the car's
 * @returns {SectorMark[]} one for each sector
 */
export function sectorMarks({ sectors, miniSectors, miniSectorCounts }, number) {
  const colours = sectors.get(number)?.colours ?? [];
  const letters = (miniSectors.get(number) ?? "").split("|");
  return SECTORS.map((sector) => ({
    colour: colours[sector] ?? null,
    minis: (letters[sector] ?? "").padEnd(miniSectorCounts[sector] ?? 0, STILL_TO_COME),
  }));
}

/**
 * @param {string} minis of a `SectorMark`
 * @returns {string} a CSS background with a field for each letter; the colours are the properties `--sector-...`
 */
export function miniBackground(minis) {
  if (!minis) return "none";
  const share = 100 / minis.length;
  const fields = [...minis].map((letter, place) => {
    const [from, to] = [place, place + 1].map((edge) => `${+(edge * share).toFixed(2)}%`);
    return `var(--sector-${NAMES[letter] ?? "none"}) ${from} ${to}`;
  });
  return `linear-gradient(to right, ${fields.join(", ")})`;
}

/** @param {SectorMark[]} marks @returns {string} the colours in words, for who does not see them; empty without any */
export function marksInWords(marks) {
  const told = marks.flatMap(({ colour }, place) => (colour ? [`sector ${place + 1} ${colour}`] : []));
  return told.join(", ");
}
