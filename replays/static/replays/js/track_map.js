/** The map: cars on the circuit. Drawn at most once an animation frame, and only when something changed. */

import { CanvasSurface } from "./canvas_surface.js";
import { legibleOnDark, teamColour } from "./colours.js";
import { placeLabels, slotOffset } from "./label_layout.js";
import { fitProjection } from "./track_geometry.js";
import { drawTrack } from "./track_layer.js";

const COMPACT_BELOW = 520;
const DOT_RADIUS = 6;
const FADED = 0.55;
const FADED_LABEL = 0.8;
const LABEL_FADE_S = 0.15;
const LABEL_FONT = '600 11px "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const LABEL_HEIGHT = 15;
const LABEL_GROUND = "rgba(13, 16, 20, 0.78)";

/**
 * @typedef {{number: string, x: number, y: number, faded: boolean}} MapCar metres, the most important car first
 * @typedef {{number: string, code: string, x: number, y: number, px: number, py: number, faded: boolean}} DrawnCar
 *   x, y in metres, px, py in CSS pixels of the canvas
 */
export class TrackMap {
  #surface;
  #track = null;
  #trackStatus = null;
  #layer = null;
  #project = null;
  #looks = new Map();
  #labels = new Map();
  #slots = new Map();
  #cars = [];
  #drawn = [];
  #dirty = true;
  #moving = false;
  #lastDraw = 0;
  #calm;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {() => boolean} prefersCalm whether labels change sides without fading
   */
  constructor(canvas, prefersCalm) {
    this.#calm = prefersCalm;
    this.#surface = new CanvasSurface(canvas, () => this.#relayout());
  }

  /** @returns {DrawnCar[]} what the last drawing showed */
  get drawnCars() {
    return this.#drawn;
  }

  /** @param {object} track the answer of the track URL; without an outline nothing is drawn */
  setTrack(track) {
    this.#track = track.outline ? track : null;
    this.#relayout();
  }

  /** @param {import("./protocol.js").Car[]} cars */
  setCars(cars) {
    this.#looks = new Map(cars.map((car) => [String(car.number), { code: car.code, colour: car.colour }]));
    this.#labels.clear();
    this.#slots.clear();
    this.#relayout();
  }

  /** @param {string|null} name colours the asphalt */
  setTrackStatus(name) {
    if (name === this.#trackStatus) return;
    this.#trackStatus = name;
    this.#relayout();
  }

  /** @param {MapCar[]} cars at this moment */
  moveCars(cars) {
    this.#cars = cars;
    this.#dirty = true;
  }

  /** Draws if anything changed. @param {number} now seconds, of the animation frame */
  draw(now) {
    if (!this.#dirty && !this.#moving) return;
    this.#dirty = false;
    this.#surface.clear();
    if (!this.#layer) return;
    this.#surface.drawLayer(this.#layer);
    this.#drawn = this.#cars.flatMap((car) => {
      const look = this.#looks.get(car.number);
      if (!look) return [];
      const [px, py] = this.#project(car.x, car.y);
      return [{ number: car.number, code: look.code, x: car.x, y: car.y, px, py, faded: car.faded }];
    });
    const passed = Math.min(0.1, Math.max(0, now - this.#lastDraw));
    this.#lastDraw = now;
    for (const car of this.#drawn.toReversed()) this.#drawDot(car);
    this.#drawLabels(passed);
  }

  destroy() {
    this.#surface.destroy();
  }

  #relayout() {
    this.#dirty = true;
    this.#layer = null;
    const { width, height } = this.#surface;
    if (!this.#track || width === 0 || height === 0) return;
    const compact = width < COMPACT_BELOW;
    const padding = compact ? 26 : 44;
    this.#project = fitProjection(this.#track.outline, this.#track.rotation_deg ?? 0, { width, height }, padding);
    this.#layer = this.#surface.createLayer();
    drawTrack(this.#layer.context, this.#track, this.#project, { compact, trackStatus: this.#trackStatus });
    this.#labels.clear();
    for (const [number, look] of this.#looks) look.label = this.#paintLabel(look, number);
  }

  #paintLabel(look, number) {
    const text = look.code || number;
    const { context } = this.#surface;
    context.font = LABEL_FONT;
    const width = Math.ceil(context.measureText(text).width) + 8;
    const layer = this.#surface.createLayer(width, LABEL_HEIGHT);
    layer.context.fillStyle = LABEL_GROUND;
    layer.context.beginPath();
    layer.context.roundRect(0, 0, width, LABEL_HEIGHT, 4);
    layer.context.fill();
    layer.context.font = LABEL_FONT;
    layer.context.textAlign = "center";
    layer.context.textBaseline = "middle";
    layer.context.fillStyle = legibleOnDark(look.colour);
    layer.context.fillText(text, width / 2, LABEL_HEIGHT / 2 + 0.5);
    return { ...layer, width, height: LABEL_HEIGHT };
  }

  #drawDot(car) {
    const { context } = this.#surface;
    context.globalAlpha = car.faded ? FADED : 1;
    context.beginPath();
    context.arc(car.px, car.py, DOT_RADIUS, 0, 2 * Math.PI);
    context.fillStyle = teamColour(this.#looks.get(car.number).colour);
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = car.faded ? "#0d1014" : "#f2f4f7";
    context.stroke();
    context.globalAlpha = 1;
  }

  #drawLabels(passed) {
    const { context } = this.#surface;
    const dots = this.#drawn.map((car) => {
      const { width, height } = this.#looks.get(car.number).label;
      return { id: car.number, x: car.px, y: car.py, width, height };
    });
    this.#slots = placeLabels(dots, this.#slots, this.#surface);
    this.#moving = false;
    for (const car of this.#drawn) {
      const { label } = this.#looks.get(car.number);
      const alpha = this.#labelAlpha(car.number, passed);
      if (alpha === 0) continue;
      const [dx, dy] = slotOffset(label, this.#slots.get(car.number));
      context.globalAlpha = alpha * (car.faded ? FADED_LABEL : 1);
      this.#surface.drawLayer(label, car.px + dx - label.width / 2, car.py + dy - label.height / 2);
    }
    context.globalAlpha = 1;
  }

  /** A label that changes sides fades in on the new one; sliding there it would cross other labels. */
  #labelAlpha(number, passed) {
    const slot = this.#slots.get(number);
    const before = this.#labels.get(number);
    if (slot === undefined) {
      this.#labels.delete(number);
      return 0;
    }
    const same = before?.slot === slot;
    const alpha = this.#calm() ? 1 : Math.min(1, (same ? before.alpha : 0) + passed / LABEL_FADE_S);
    this.#labels.set(number, { slot, alpha });
    if (alpha < 1) this.#moving = true;
    return alpha;
  }
}
