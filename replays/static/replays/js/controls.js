/** Play, pause, speed, and the keys of the whole page. */

import { formatSpeed } from "./formatters.js";

const SPEEDS = [0.5, 1, 2, 4, 8, 16, 32];
const STEP_S = 10;

/**
 * @typedef {{toggle: () => void, speed: (speed: number) => void, step: (seconds: number) => void}} Actions
 */
export class Controls {
  #play;
  #buttons;
  #actions;
  #shown = "";
  #abort = new AbortController();

  /**
   * @param {{play: HTMLButtonElement, speeds: HTMLElement}} parts
   * @param {Actions} actions
   */
  constructor({ play, speeds }, actions) {
    this.#play = play;
    this.#actions = actions;
    this.#buttons = new Map(SPEEDS.map((speed) => [speed, buildSpeed(speed, actions)]));
    speeds.replaceChildren(...this.#buttons.values());
    play.addEventListener("click", () => actions.toggle());
    document.addEventListener("keydown", (event) => this.#key(event), { signal: this.#abort.signal });
  }

  /** @param {{playing: boolean, speed: number, enabled: boolean}} state */
  show({ playing, speed, enabled }) {
    const key = `${playing} ${speed} ${enabled}`;
    if (key === this.#shown) return;
    this.#shown = key;
    this.#play.disabled = !enabled;
    this.#play.dataset.playing = String(playing);
    this.#play.setAttribute("aria-label", playing ? "Pause" : "Play");
    for (const [own, button] of this.#buttons) {
      button.disabled = !enabled;
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
      if (!event.repeat && !this.#play.disabled) this.#actions.toggle();
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      if (target.closest?.("input, select, textarea") || this.#play.disabled) return;
      event.preventDefault();
      this.#actions.step(event.key === "ArrowLeft" ? -STEP_S : STEP_S);
    }
  }
}

function buildSpeed(speed, actions) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "speed";
  button.textContent = formatSpeed(speed);
  button.setAttribute("aria-label", `${speed} times speed`);
  button.setAttribute("aria-pressed", "false");
  button.disabled = true;
  button.addEventListener("click", () => actions.speed(speed));
  return button;
}
