/** A canvas that fills the element it stands in: the one place that knows of device pixels. */

/** More than this costs much and shows nothing. */
const MOST_PIXEL_RATIO = 2;

export class CanvasSurface {
  #canvas;
  #onResize;
  #observer;
  #ratioQuery = null;
  #ratioChanged = () => this.#measure();

  width = 0;
  height = 0;
  ratio = 1;

  /**
   * @param {HTMLCanvasElement} canvas the element around it is positioned and has a size of its own
   * @param {() => void} onResize called after each change of size or pixel ratio; the canvas is empty then
   */
  constructor(canvas, onResize) {
    this.#canvas = canvas;
    this.#onResize = onResize;
    this.context = canvas.getContext("2d");
    this.#observer = new ResizeObserver(() => this.#measure());
    // Out of the flow, whatever the style sheet says: its size must never feed back into the size it is given.
    Object.assign(canvas.style, { position: "absolute", inset: "0" });
    this.#observer.observe(canvas.parentElement);
  }

  /** @returns {{canvas: HTMLCanvasElement, context: CanvasRenderingContext2D}} an offscreen layer of the same size */
  createLayer(width = this.width, height = this.height) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * this.ratio));
    canvas.height = Math.max(1, Math.round(height * this.ratio));
    const context = canvas.getContext("2d");
    context.scale(this.ratio, this.ratio);
    return { canvas, context };
  }

  /** Draws a layer with its left upper corner at CSS pixels. */
  drawLayer(layer, x = 0, y = 0) {
    this.context.drawImage(layer.canvas, x, y, layer.canvas.width / this.ratio, layer.canvas.height / this.ratio);
  }

  clear() {
    this.context.clearRect(0, 0, this.width, this.height);
  }

  destroy() {
    this.#observer.disconnect();
    this.#ratioQuery?.removeEventListener("change", this.#ratioChanged);
  }

  #measure() {
    this.#watchRatio();
    this.ratio = Math.min(window.devicePixelRatio || 1, MOST_PIXEL_RATIO);
    this.width = this.#canvas.parentElement.clientWidth;
    this.height = this.#canvas.parentElement.clientHeight;
    this.#canvas.style.width = `${this.width}px`;
    this.#canvas.style.height = `${this.height}px`;
    this.#canvas.width = Math.max(1, Math.round(this.width * this.ratio));
    this.#canvas.height = Math.max(1, Math.round(this.height * this.ratio));
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.#onResize();
  }

  #watchRatio() {
    this.#ratioQuery?.removeEventListener("change", this.#ratioChanged);
    this.#ratioQuery = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    this.#ratioQuery.addEventListener("change", this.#ratioChanged);
  }
}
