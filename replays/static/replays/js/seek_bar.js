/** The seek bar: a range input with the track status periods seen so far behind it. */

import { flagOf } from "./flags.js";
import { formatClock } from "./formatters.js";
import { describeLock } from "./locking.js";

const KEY_STEPS = { ArrowLeft: -10, ArrowDown: -10, ArrowRight: 10, ArrowUp: 10, PageDown: -60, PageUp: 60 };
const DEBOUNCE_MS = 160;
/** A seek that the server has not answered by then is given up, and the bar shows the clock again. */
const PATIENCE_MS = 2000;

export class SeekBar {
  #root;
  #input;
  #bubble;
  #marks;
  #onSeek;
  #start = 0;
  #end = 1;
  #zero = 0;
  #wanted = null;
  #wantedAt = 0;
  #sent = null;
  #timer = null;
  #dragging = false;
  #marksShown = "";

  /**
   * @param {{root: HTMLElement, input: HTMLInputElement, bubble: HTMLElement, marks: HTMLElement}} parts
   * @param {(t: number) => void} onSeek
   */
  constructor({ root, input, bubble, marks }, onSeek) {
    this.#root = root;
    this.#input = input;
    this.#bubble = bubble;
    this.#marks = marks;
    this.#onSeek = onSeek;
    input.addEventListener("input", () => this.#drag());
    input.addEventListener("change", () => this.#release());
    input.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("pointermove", (event) => this.#hover(event));
    root.addEventListener("pointerleave", () => this.#hideBubble());
    input.addEventListener("blur", () => this.#hideBubble());
  }

  /** @param {{start: number, end: number, zero: number}} range session times; `zero` is where the clock counts from */
  setRange({ start, end, zero }) {
    this.#start = start;
    this.#end = Math.max(end, start + 1);
    this.#zero = zero;
    this.#input.min = String(this.#start);
    this.#input.max = String(this.#end);
  }

  /** @param {{enabled: boolean, locked: boolean}} state `locked`: for the host only */
  allow({ enabled, locked }) {
    const disabled = !enabled || locked;
    if (disabled !== this.#input.disabled) {
      this.#input.disabled = disabled;
      if (disabled) this.#giveUp();
    }
    describeLock(this.#input, locked);
    this.#root.title = this.#input.title;
  }

  /** @param {number} t the moment now shown */
  show(t) {
    if (this.#wanted !== null && performance.now() - this.#wantedAt > PATIENCE_MS && !this.#dragging) this.settle();
    if (this.#wanted === null) this.#place(t);
  }

  /** The server has answered: the clock is right again. */
  settle() {
    if (!this.#dragging && this.#timer === null) this.#wanted = this.#sent = null;
  }

  /**
   * Seeks from where the last seek, if any is still under way, will arrive.
   * @param {number} seconds
   * @param {number} from session time, where no seek is under way
   */
  step(seconds, from) {
    this.#want(Math.min(Math.max((this.#wanted ?? from) + seconds, this.#start), this.#end));
  }

  /** @param {import("./flag_history.js").Period[]} periods */
  showPeriods(periods) {
    const key = periods.map((p) => `${p.name} ${Math.round(p.start)} ${Math.round(p.end)}`).join();
    if (key === this.#marksShown) return;
    this.#marksShown = key;
    this.#marks.replaceChildren(...periods.map((period) => this.#buildMark(period)));
  }

  #buildMark({ name, start, end }) {
    const mark = document.createElement("span");
    const { text, kind } = flagOf(name);
    mark.className = "seek__mark";
    mark.dataset.kind = kind;
    mark.title = text;
    const left = this.#share(start);
    mark.style.left = `${left * 100}%`;
    mark.style.width = `${Math.max(0, this.#share(end) - left) * 100}%`;
    return mark;
  }

  #drag() {
    this.#dragging = true;
    const t = Number(this.#input.value);
    this.#want(t);
    this.#showBubble(t);
  }

  #release() {
    this.#dragging = false;
    this.#hideBubble();
    if (this.#wanted !== this.#sent) return this.#flush();
    clearTimeout(this.#timer);
    this.#timer = null;
    this.settle();
  }

  #giveUp() {
    clearTimeout(this.#timer);
    this.#timer = this.#wanted = this.#sent = null;
    this.#dragging = false;
    this.#hideBubble();
  }

  #key(event) {
    const step = KEY_STEPS[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.step(step, Number(this.#input.value));
  }

  #want(t) {
    this.#wanted = t;
    this.#wantedAt = performance.now();
    this.#place(t);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), DEBOUNCE_MS);
  }

  #flush() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#wanted === null || this.#wanted === this.#sent) return;
    this.#sent = this.#wanted;
    this.#wantedAt = performance.now();
    this.#onSeek(Math.round(this.#wanted * 1000) / 1000);
  }

  #place(t) {
    this.#input.value = String(t);
    this.#input.setAttribute("aria-valuetext", formatClock(t - this.#zero));
    this.#root.style.setProperty("--played", this.#share(t).toFixed(4));
  }

  #hover(event) {
    if (this.#dragging || this.#input.disabled || event.pointerType === "touch") return;
    const box = this.#input.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    this.#showBubble(this.#start + share * (this.#end - this.#start));
  }

  #showBubble(t) {
    this.#bubble.hidden = false;
    this.#bubble.textContent = formatClock(t - this.#zero);
    this.#root.style.setProperty("--bubble", this.#share(t).toFixed(4));
  }

  #hideBubble() {
    if (!this.#dragging) this.#bubble.hidden = true;
  }

  #share(t) {
    return Math.min(Math.max((t - this.#start) / (this.#end - this.#start), 0), 1);
  }
}
