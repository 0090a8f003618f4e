/** The room in the top bar: how many watch, what this page may do, and the host's switch. */

import { roleText, watchingText } from "./room.js";

export class RoomBar {
  #watching;
  #role;
  #switch;
  #everyone;

  /**
   * @param {{watching: HTMLElement, role: HTMLElement, control: HTMLElement, everyone: HTMLInputElement}} parts
   *   `control` holds the switch `everyone`
   * @param {(everyone: boolean) => void} onControl
   */
  constructor({ watching, role, control, everyone }, onControl) {
    this.#watching = watching;
    this.#role = role;
    this.#switch = control;
    this.#everyone = everyone;
    everyone.addEventListener("change", () => onControl(everyone.checked));
  }

  /** @param {import("./room.js").Room} room */
  show(room) {
    this.#say(this.#watching, watchingText(room));
    this.#say(this.#role, roleText(room));
    this.#role.dataset.host = String(room.host);
    this.#switch.hidden = !room.host;
    this.#everyone.checked = room.control === "everyone";
  }

  /** There is no room any more. */
  clear() {
    this.#say(this.#watching, "");
    this.#say(this.#role, "");
    this.#switch.hidden = true;
  }

  /** @param {boolean} connected */
  allow(connected) {
    this.#everyone.disabled = !connected;
  }

  // Only what changes is written: the role is a live region.
  #say(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }
}
