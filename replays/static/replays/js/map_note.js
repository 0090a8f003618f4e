/** What the map says of its places where they are not all the cars' own. Pure. */

const NOTES = {
  estimated: "Positions estimated from timing",
  partial: "Positions known for part of the session",
  false: "No car positions for this session",
};

/** The note for a replay's `capabilities`; empty where the positions are known, or nobody says. */
export function mapNote(capabilities) {
  return NOTES[String(capabilities?.positions)] ?? "";
}
