/** Controls that are the host's alone: they say why, to the eye and to the ear. */

import { LOCKED } from "./room.js";

/** Where the page says the reason, for those who cannot see a title. */
const REASON_ID = "control-reason";

/**
 * Locks a button. It keeps the focus, and can be found with the keyboard.
 * @param {HTMLButtonElement} button
 * @param {boolean} locked
 */
export function lock(button, locked) {
  if (locked) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
  describeLock(button, locked);
}

/** @param {HTMLElement} element @param {boolean} locked */
export function describeLock(element, locked) {
  element.title = locked ? LOCKED : "";
  if (locked) element.setAttribute("aria-describedby", REASON_ID);
  else element.removeAttribute("aria-describedby");
}
