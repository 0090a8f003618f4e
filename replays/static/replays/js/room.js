/**
 * The room as this page has been told of it, and how that is put into words. Pure.
 *
 * @typedef {{id: string, viewers: number|null, host: boolean, control: "host"|"everyone"}} Room
 *   `viewers` is null until told; `host`: whether it is this page
 */

export const LOCKED = "Only the host can control this room";

/** @param {object} hello @param {Room|null} before @returns {Room} */
export function roomOfHello(hello, before) {
  const viewers = before?.id === hello.room ? before.viewers : null;
  return { id: hello.room, viewers, host: hello.role === "host", control: hello.control };
}

/**
 * @param {Room} room
 * @param {{viewers: number, host: boolean, control: "host"|"everyone"}} told a `room` message
 * @returns {Room}
 */
export function roomAfter(room, { viewers, host, control }) {
  return { ...room, viewers, host, control };
}

/** @param {Room|null} room @returns {boolean} */
export function mayControl(room) {
  return room !== null && (room.host || room.control === "everyone");
}

/** @param {Room} room @returns {string} */
export function watchingText({ viewers }) {
  return viewers === null ? "" : `${viewers.toLocaleString("en")} watching`;
}

/** @param {Room} room @returns {string} what this page may do here */
export function roleText({ host, control }) {
  if (host) return "You are the host";
  return control === "everyone" ? "Everyone may control" : "The host controls playback";
}
