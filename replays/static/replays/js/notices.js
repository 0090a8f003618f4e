/** What the page says about itself: the connection, playback that stands still, errors of the server. */

const TOAST_MS = 6000;

/** The chip beside the title: quiet while all is well. */
export class ConnectionNotice {
  #element;
  #timer = null;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** @param {import("./connection.js").ConnectionStatus} status */
  show({ phase, reason, retryAt }) {
    clearTimeout(this.#timer);
    this.#element.dataset.phase = phase;
    if (phase === "connecting") this.#say("Connecting…");
    else if (phase === "open") this.#say("");
    else if (phase === "closed") this.#say(reason);
    else this.#countDown(reason, retryAt);
  }

  destroy() {
    clearTimeout(this.#timer);
  }

  // Said once, not every second: this is a live region.
  #countDown(reason, retryAt) {
    const wait = Math.max(0, retryAt - performance.now());
    const seconds = Math.ceil(wait / 1000);
    this.#say(seconds <= 1 ? `${reason}. Trying again…` : `${reason}. Trying again in ${seconds} s…`);
    this.#timer = setTimeout(() => this.#say(`${reason}. Trying again…`), Math.max(0, wait - 500));
  }

  #say(text) {
    if (this.#element.textContent !== text) this.#element.textContent = text;
  }
}

/** Over the map: buffering, or the end with a way back to the start. */
export class PlaybackNote {
  #element;
  #text;
  #again;

  /**
   * @param {{element: HTMLElement, text: HTMLElement, again: HTMLButtonElement}} parts
   * @param {() => void} onAgain
   */
  constructor({ element, text, again }, onAgain) {
    this.#element = element;
    this.#text = text;
    this.#again = again;
    again.addEventListener("click", onAgain);
  }

  /** @param {"playing"|"paused"|"buffering"|"ended"} status */
  show(status) {
    this.#element.hidden = status === "playing" || status === "paused";
    this.#again.hidden = status !== "ended";
    this.#text.textContent = { buffering: "Buffering…", ended: "End of the session" }[status] ?? "";
  }
}

/** Short messages that go by themselves. */
export class Toast {
  #element;
  #timer = null;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** @param {string} text */
  show(text) {
    clearTimeout(this.#timer);
    this.#element.hidden = false;
    this.#element.textContent = text;
    this.#timer = setTimeout(() => (this.#element.hidden = true), TOAST_MS);
  }

  destroy() {
    clearTimeout(this.#timer);
  }
}
