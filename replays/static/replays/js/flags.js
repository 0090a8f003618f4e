/** Track status in words, and the banner that shows it. */

const FLAGS = {
  all_clear: { text: "Track clear", kind: "clear" },
  yellow: { text: "Yellow flag", kind: "yellow" },
  safety_car: { text: "Safety car", kind: "sc" },
  red: { text: "Red flag", kind: "red" },
  virtual_safety_car: { text: "Virtual safety car", kind: "sc" },
  virtual_safety_car_ending: { text: "VSC ending", kind: "sc" },
};

/**
 * @param {string|null} name track status of the protocol
 * @returns {{text: string, kind: "clear"|"yellow"|"sc"|"red"|"none"}}
 */
export function flagOf(name) {
  return FLAGS[name] ?? { text: "", kind: "none" };
}

/** Shows the flag; the element is a live region, so its text changes only when the flag does. */
export class FlagBanner {
  #element;
  #panel;
  #shown;

  /**
   * @param {HTMLElement} element
   * @param {HTMLElement} panel carries the flag's kind for its border
   */
  constructor(element, panel) {
    this.#element = element;
    this.#panel = panel;
  }

  /** @param {string|null} name */
  show(name) {
    if (name === this.#shown) return;
    this.#shown = name;
    const { text, kind } = flagOf(name);
    this.#element.textContent = text;
    this.#element.dataset.kind = kind;
    this.#panel.dataset.flag = kind;
  }
}
