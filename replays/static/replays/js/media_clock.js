/** Which moment of the session it is at the server. Pure. */

/** The moment of the session, from the last `state`: anchored, never ticked, so it cannot drift. */
export class MediaClock {
  #anchor = { t: 0, speed: 1, status: "paused", server_time: 0 };
  #end = Infinity;

  /** @param {import("./protocol.js").State} state */
  setAnchor(state) {
    this.#anchor = { t: state.t, speed: state.speed, status: state.status, server_time: state.server_time };
  }

  /** @param {number} t the session time that is never passed */
  setEnd(t) {
    this.#end = t;
  }

  get anchor() {
    return this.#anchor;
  }

  get playing() {
    return this.#anchor.status === "playing";
  }

  /**
   * @param {number} serverNow Unix seconds
   * @param {object} [anchor] another one than the present
   * @returns {number} seconds of session time
   */
  positionAt(serverNow, anchor = this.#anchor) {
    if (anchor.status !== "playing") return anchor.t;
    const elapsed = Math.max(0, serverNow - anchor.server_time);
    return Math.min(anchor.t + elapsed * anchor.speed, this.#end);
  }
}
