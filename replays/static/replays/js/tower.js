/** The timing tower: a table whose rows glide when the order changes. Touches only cells that changed. */

import { teamColour } from "./colours.js";
import { tyreBadge } from "./formatters.js";
import { NO_MARKS, marksInWords, miniBackground } from "./sector_marks.js";

const GLIDE = { duration: 350, easing: "cubic-bezier(0.2, 0.7, 0.2, 1)" };
const MARK_MS = 2500;

export class Tower {
  #body;
  #rows = new Map();
  #order = [];
  #calm;

  /**
   * @param {HTMLTableSectionElement} body
   * @param {() => boolean} prefersCalm whether rows change places without moving there
   */
  constructor(body, prefersCalm) {
    this.#body = body;
    this.#calm = prefersCalm;
  }

  /** @param {import("./protocol.js").Car[]} cars */
  setCars(cars) {
    this.#body.replaceChildren();
    this.#order = [];
    this.#body.closest(".tower-panel").style.setProperty("--cars", String(Math.max(cars.length, 1)));
    this.#rows = new Map(cars.map((car) => [String(car.number), buildRow(car)]));
  }

  /**
   * @param {import("./tower_rows.js").TowerRow[]} rows in running order
   * @param {{settled: boolean}} options `settled`: the moment jumped, so changes are no overtakes
   */
  update(rows, { settled }) {
    const known = rows.filter((row) => this.#rows.has(row.number));
    this.#arrange(known.map((row) => row.number), settled);
    for (const row of known) this.#fill(this.#rows.get(row.number), row);
  }

  #arrange(order, settled) {
    if (order.length === this.#order.length && order.every((number, place) => number === this.#order[place])) return;
    const seen = settled || this.#calm() ? null : this.#tops(order);
    const before = new Map(this.#order.map((number, place) => [number, place]));
    const elements = order.map((number) => this.#rows.get(number).element);
    for (const row of [...this.#body.children]) if (!elements.includes(row)) row.remove();
    elements.forEach((element, place) => {
      if (this.#body.children[place] !== element) this.#body.insertBefore(element, this.#body.children[place] ?? null);
    });
    this.#order = order;
    for (const number of order) this.#rows.get(number).glide?.cancel();
    if (settled) return;
    order.forEach((number, place) => {
      const gained = before.has(number) ? before.get(number) - place : 0;
      if (gained !== 0) markMove(this.#rows.get(number), gained);
    });
    if (seen) this.#glide(order.filter((number) => before.has(number)), seen);
  }

  /** Where the rows are seen now, in the middle of a glide too. */
  #tops(order) {
    return new Map(order.map((number) => [number, this.#rows.get(number).element.getBoundingClientRect().top]));
  }

  #glide(order, seen) {
    const goals = this.#tops(order);
    for (const number of order) {
      const way = seen.get(number) - goals.get(number);
      const row = this.#rows.get(number);
      if (Math.abs(way) < 1) continue;
      row.glide = row.element.animate([{ transform: `translateY(${way}px)` }, { transform: "none" }], GLIDE);
    }
  }

  #fill(row, { position, gap, compound, tyreAge, tag, out, sectors }) {
    setText(row, "position", position === null ? "" : String(position));
    setText(row, "gap", gap);
    setText(row, "tag", tag);
    setText(row, "age", compound && tyreAge !== null ? String(tyreAge) : "");
    if (row.shown.compound !== compound) {
      row.shown.compound = compound;
      const { letter, kind, name } = tyreBadge(compound);
      row.tyre.className = `tyre tyre--${kind}`;
      row.tyre.textContent = letter;
      row.tyre.title = name;
    }
    fillSectors(row, sectors);
    if (row.shown.out !== out) {
      row.shown.out = out;
      row.element.classList.toggle("tower__row--out", out);
    }
    if (row.shown.tagKind !== tag) {
      row.shown.tagKind = tag;
      row.tag.className = tag ? `tag tag--${tag.toLowerCase()}` : "tag";
    }
  }
}

function markMove(row, gained) {
  row.element.dataset.moved = gained > 0 ? "up" : "down";
  clearTimeout(row.markTimer);
  row.markTimer = setTimeout(() => delete row.element.dataset.moved, MARK_MS);
}

function setText(row, cell, text) {
  if (row.shown[cell] === text) return;
  row.shown[cell] = text;
  row[cell].textContent = text;
}

/** @param {import("./sector_marks.js").SectorMark[]} marks */
function fillSectors(row, marks) {
  marks.forEach(({ colour, minis }, place) => {
    const shown = row.shown.marks[place];
    if (shown.colour === colour && shown.minis === minis) return;
    row.marks[place].dataset.colour = colour ?? "none";
    if (shown.minis !== minis) row.marks[place].style.setProperty("--minis", miniBackground(minis));
    row.sectors.title = marksInWords(marks);
  });
  row.shown.marks = marks;
}

function buildRow(car) {
  const element = document.createElement("tr");
  const position = add(element, "td", "tower__pos");
  const driver = add(element, "th", "tower__driver");
  driver.scope = "row";
  const bar = add(driver, "span", "tower__bar");
  bar.style.backgroundColor = teamColour(car.colour);
  const code = add(driver, "abbr", "tower__code");
  code.textContent = car.code || car.number;
  code.title = [car.name, car.team].filter(Boolean).join(", ");
  const gap = add(element, "td", "tower__gap");
  const sectors = add(element, "td", "tower__sectors");
  const marks = NO_MARKS.map(() => add(sectors, "span", "sector"));
  const tyreCell = add(element, "td", "tower__tyre");
  const tyre = add(tyreCell, "span", "tyre tyre--none");
  const age = add(tyreCell, "span", "tower__age");
  const tag = add(add(element, "td", "tower__tag"), "span", "tag");
  const shown = { marks: NO_MARKS };
  return { element, position, gap, sectors, marks, tyre, age, tag, shown, glide: null, markTimer: null };
}

function add(parent, name, className) {
  const element = document.createElement(name);
  element.className = className;
  parent.append(element);
  return element;
}
