/** Draws what stands still on the map: the circuit, its pit lane, start line, sector lines and corner numbers. */

import { frameAt, nearestPlace, placeAtFraction } from "./track_geometry.js";

const COLOURS = {
  kerb: "#2b323c",
  asphalt: "#454e5b",
  pit: "#343c47",
  sector: "#77818f",
  corner: "#77818f",
  start: "#f2f4f7",
};
/** The asphalt under each track status; the banner says it in words. */
const STATUS_COLOURS = {
  yellow: "#8f7a1d",
  safety_car: "#9a6414",
  virtual_safety_car: "#9a6414",
  virtual_safety_car_ending: "#9a6414",
  red: "#9c2f35",
};
const CORNER_DISTANCE = 17;

/**
 * @param {CanvasRenderingContext2D} context scaled to CSS pixels
 * @param {object} track the answer of the track URL, with an outline
 * @param {import("./track_geometry.js").Projection} project
 * @param {{compact: boolean, trackStatus: string|null}} options `compact` on small canvases
 */
export function drawTrack(context, track, project, { compact, trackStatus }) {
  const line = track.outline.map(([x, y]) => project(x, y));
  const width = compact ? 5 : 7;
  context.lineJoin = context.lineCap = "round";

  if (track.pit_lane?.length > 1) {
    const lane = track.pit_lane.map(([x, y]) => project(x, y));
    stroke(context, lane, false, COLOURS.pit, compact ? 2 : 3);
  }
  stroke(context, line, track.closed, COLOURS.kerb, width + 4);
  stroke(context, line, track.closed, STATUS_COLOURS[trackStatus] ?? COLOURS.asphalt, width);

  const start = track.start_finish ? nearestPlace(line, project(track.start_finish.x, track.start_finish.y)) : 0;
  for (const fraction of track.sectors ?? []) {
    drawBar(context, line, placeAtFraction(line, start, fraction), width + 4, COLOURS.sector, 1.5);
  }
  if (track.start_finish) drawStart(context, line, start, width);
  drawCorners(context, line, track.corners ?? [], project, compact);
}

function stroke(context, line, closed, colour, width) {
  context.beginPath();
  line.forEach(([x, y], place) => (place === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  if (closed) context.closePath();
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

function drawBar(context, line, place, length, colour, width) {
  const [x, y] = line[place];
  const { across } = frameAt(line, place);
  context.beginPath();
  context.moveTo(x - (across[0] * length) / 2, y - (across[1] * length) / 2);
  context.lineTo(x + (across[0] * length) / 2, y + (across[1] * length) / 2);
  context.lineCap = "butt";
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

function drawStart(context, line, place, width) {
  drawBar(context, line, place, width + 12, COLOURS.start, 3);
  const [x, y] = line[place];
  const { along, across } = frameAt(line, place);
  const tip = (forward, aside) => [
    x + along[0] * forward + across[0] * aside,
    y + along[1] * forward + across[1] * aside,
  ];
  const aside = width / 2 + 9;
  context.beginPath();
  context.moveTo(...tip(4, aside - 3.5));
  context.lineTo(...tip(10, aside));
  context.lineTo(...tip(4, aside + 3.5));
  context.lineCap = "round";
  context.strokeStyle = COLOURS.start;
  context.lineWidth = 1.5;
  context.stroke();
}

function drawCorners(context, line, corners, project, compact) {
  context.font = `500 ${compact ? 9 : 10.5}px "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = COLOURS.corner;
  for (const corner of corners) {
    const place = nearestPlace(line, project(corner.x, corner.y));
    const { across, bend } = frameAt(line, place);
    const side = bend > 0 ? -1 : 1;
    const away = (compact ? CORNER_DISTANCE - 4 : CORNER_DISTANCE) * side;
    context.fillText(corner.label, line[place][0] + across[0] * away, line[place][1] + across[1] * away);
  }
}
