/** The race control feed: the last messages, newest on top. */

import { formatClock } from "./formatters.js";

const SHOWN = 12;

const FLAG_KINDS = {
  RED: "red",
  YELLOW: "yellow",
  "DOUBLE YELLOW": "yellow",
  BLUE: "blue",
  GREEN: "clear",
  CLEAR: "clear",
  CHEQUERED: "chequered",
};

/**
 * @param {{flag?: string|null, category?: string|null, message: string}} message
 * @returns {string} kind of mark beside it
 */
export function messageKind({ flag, category, message }) {
  const kind = FLAG_KINDS[`${flag ?? ""}`.toUpperCase()];
  if (kind) return kind;
  const safetyCar = /safety ?car/i.test(category ?? "") || /^(VIRTUAL )?SAFETY CAR|^VSC\b/i.test(message);
  return safetyCar ? "sc" : "none";
}

export class RaceControlFeed {
  #list;
  #empty;
  #items = new Map();

  /**
   * @param {HTMLOListElement} list
   * @param {HTMLElement} empty shown while there is no message
   */
  constructor(list, empty) {
    this.#list = list;
    this.#empty = empty;
  }

  /**
   * @param {{t: number, message: string}[]} messages the newest first
   * @param {number} zero session time that its clock counts from
   */
  show(messages, zero) {
    const shown = messages.slice(0, SHOWN);
    const items = new Map(shown.map((message) => [`${message.t} ${message.message}`, message]));
    for (const [key, element] of this.#items) {
      if (items.has(key)) continue;
      element.remove();
      this.#items.delete(key);
    }
    [...items].forEach(([key, message], place) => {
      if (!this.#items.has(key)) this.#items.set(key, buildItem(message, zero));
      const element = this.#items.get(key);
      if (this.#list.children[place] !== element) this.#list.insertBefore(element, this.#list.children[place] ?? null);
    });
    this.#empty.hidden = shown.length > 0;
  }
}

function buildItem(message, zero) {
  const item = document.createElement("li");
  item.className = "message";
  item.dataset.kind = messageKind(message);
  const time = document.createElement("span");
  time.className = "message__time";
  time.textContent = formatClock(message.t - zero);
  const text = document.createElement("span");
  text.className = "message__text";
  text.textContent = message.message;
  item.append(time, text);
  return item;
}
