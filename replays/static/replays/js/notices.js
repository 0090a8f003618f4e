/** What the page says about itself: the connection, playback that stands still, errors of the server. */

const TOAST_MS = 6000;

/** Breaks as short as that are mended before one could read a reason. */
const SHORT_WAIT_S = 1;

/** The chip beside the title: quiet while all is well. */
export class ConnectionNotice {
  #element;
  #timer = null;
  #wasOpen = false;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** @param {import("./connection.js").ConnectionStatus} status */
  show({ phase, reason, retryAt }) {
    clearTimeout(this.#timer);
    this.#wasOpen ||= phase === "open";
    const seconds = phase === "waiting" ? Math.max(0, retryAt - performance.now()) / 1000 : 0;
    const calm = phase !== "closed" && seconds <= SHORT_WAIT_S;
    this.#element.dataset.tone = calm ? "calm" : "trouble";
    if (phase === "open") this.#say("");
    else if (phase === "closed") this.#say(reason);
    else if (calm) this.#say(this.#wasOpen ? "Reconnecting…" : "Connecting…");
    else this.#countDown(reason, seconds);
  }

  destroy() {
    clearTimeout(this.#timer);
  }

  // Said once, not every second: this is a live region.
  #countDown(reason, seconds) {
    this.#say(`${reason}. Trying again in ${Math.ceil(seconds)} s…`);
    this.#timer = setTimeout(() => this.#say(`${reason}. Trying again…`), (seconds - 0.5) * 1000);
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

  /**
   * @param {"playing"|"paused"|"buffering"|"ended"} status
   * @param {boolean} mayControl
   */
  show(status, mayControl) {
    this.#element.hidden = status === "playing" || status === "paused";
    this.#again.hidden = status !== "ended" || !mayControl;
    this.#text.textContent = { buffering: "Buffering…", ended: "End of the session" }[status] ?? "";
  }
}

/** Over the map, in place of all else: the room is no more. */
export class RoomEndedNote {
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

  /**
   * @param {boolean} ended
   * @param {boolean} wasIn whether this page was in the room, and so knows what was played there
   */
  show(ended, wasIn) {
    this.#element.hidden = !ended;
    this.#again.hidden = !wasIn;
    const text = wasIn
      ? "You can watch on from here in a room of your own."
      : "Rooms are open while people watch. All replays are still there.";
    this.#text.textContent = ended ? text : "";
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

  /**
   * @param {string} text
   * @param {"notice"|"error"} tone
   */
  show(text, tone) {
    clearTimeout(this.#timer);
    this.#element.hidden = false;
    this.#element.dataset.tone = tone;
    this.#element.textContent = text;
    this.#timer = setTimeout(() => (this.#element.hidden = true), TOAST_MS);
  }

  /** Takes `text` away, where it still stands: it is not true any more. @param {string} text */
  withdraw(text) {
    if (this.#element.textContent === text) this.#element.hidden = true;
  }

  destroy() {
    clearTimeout(this.#timer);
  }
}
