/** Play, pause, speed, and the keys of the whole page. */

import { formatSpeed } from "./formatters.js";
import { lock } from "./locking.js";

const SPEEDS = [0.5, 1, 2, 4, 8, 16, 32];
const STEP_S = 10;

/**
 * @typedef {{toggle: () => void, speed: (speed: number) => void, step: (seconds: number) => void,
 *   locked: () => void}} Actions `locked`: somebody tried what is not theirs to do
 */
export class Controls {
  #play;
  #buttons;
  #actions;
  #shown = "";
  #locked = false;
  #abort = new AbortController();

  /**
   * @param {{play: HTMLButtonElement, speeds: HTMLElement}} parts
   * @param {Actions} actions
   */
  constructor({ play, speeds }, actions) {
    this.#play = play;
    this.#actions = actions;
    this.#buttons = new Map(SPEEDS.map((speed) => [speed, this.#buildSpeed(speed)]));
    speeds.replaceChildren(...this.#buttons.values());
    play.addEventListener("click", () => this.#unlessLocked(() => actions.toggle()));
    document.addEventListener("keydown", (event) => this.#key(event), { signal: this.#abort.signal });
  }

  /** @param {{playing: boolean, speed: number, enabled: boolean, locked: boolean}} state `locked`: for the host only */
  show({ playing, speed, enabled, locked }) {
    const key = `${playing} ${speed} ${enabled} ${locked}`;
    if (key === this.#shown) return;
    this.#shown = key;
    this.#locked = locked;
    this.#play.disabled = !enabled;
    lock(this.#play, locked);
    this.#play.dataset.playing = String(playing);
    this.#play.setAttribute("aria-label", playing ? "Pause" : "Play");
    for (const [own, button] of this.#buttons) {
      button.disabled = !enabled;
      lock(button, locked);
      button.setAttribute("aria-pressed", String(own === speed));
    }
  }

  destroy() {
    this.#abort.abort();
  }

  #key(event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const { target } = event;
    if (event.key === " ") {
      if (target.closest?.("button, a, summary, textarea, select, input:not([type=range])")) return;
      event.preventDefault();
      if (!event.repeat && !this.#play.disabled) this.#unlessLocked(() => this.#actions.toggle());
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      if (target.closest?.("input, select, textarea") || this.#play.disabled) return;
      event.preventDefault();
      this.#unlessLocked(() => this.#actions.step(event.key === "ArrowLeft" ? -STEP_S : STEP_S));
    }
  }

  #unlessLocked(act) {
    if (this.#locked) this.#actions.locked();
    else act();
  }

  #buildSpeed(speed) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "speed";
    button.textContent = formatSpeed(speed);
    button.setAttribute("aria-label", `${speed} times speed`);
    button.setAttribute("aria-pressed", "false");
    button.disabled = true;
    button.addEventListener("click", () => this.#unlessLocked(() => this.#actions.speed(speed)));
    return button;
  }
}
