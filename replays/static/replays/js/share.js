/** The button that copies the room's address, and the field it is taken from by hand where it may not be copied. */

const COPIED_MS = 2500;

export class ShareButton {
  #button;
  #label;
  #panel;
  #field;
  #onCopied;
  #address = "";
  #timer = null;
  #abort = new AbortController();

  /**
   * @param {{button: HTMLButtonElement, label: HTMLElement, panel: HTMLElement, field: HTMLInputElement}} parts
   * @param {() => void} onCopied
   */
  constructor({ button, label, panel, field }, onCopied) {
    this.#button = button;
    this.#label = label;
    this.#panel = panel;
    this.#field = field;
    this.#onCopied = onCopied;
    const { signal } = this.#abort;
    button.addEventListener("click", () => this.#share());
    field.addEventListener("focus", () => field.select());
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    document.addEventListener("pointerdown", (event) => this.#outside(event), { signal });
  }

  /** @param {string} address of the room, to be opened by others */
  show(address) {
    this.#address = this.#field.value = address;
    this.#button.disabled = false;
  }

  /** There is no room to share any more. */
  withdraw() {
    this.#button.disabled = true;
    this.#close();
  }

  destroy() {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  async #share() {
    if (!this.#panel.hidden) return this.#close();
    try {
      await navigator.clipboard.writeText(this.#address);
    } catch {
      // Not allowed, or not there: over plain HTTP browsers have no clipboard.
      return this.#offerField();
    }
    this.#label.textContent = "Copied";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#label.textContent = "Share"), COPIED_MS);
    this.#onCopied();
  }

  #offerField() {
    this.#panel.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    this.#field.focus();
    this.#field.select();
  }

  #close() {
    if (this.#panel.hidden) return;
    const focused = this.#panel.contains(document.activeElement);
    this.#panel.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
    if (focused) this.#button.focus();
  }

  #key(event) {
    if (event.key !== "Escape" || this.#panel.hidden) return;
    event.preventDefault();
    this.#close();
  }

  #outside(event) {
    if (!this.#panel.contains(event.target) && !this.#button.contains(event.target)) this.#close();
  }
}
