/** All that a page shows of its room: the top bar's part, the address to share, and that the room has ended. */

import { NOT_FOUND } from "./connection.js";
import { RoomEndedNote } from "./notices.js";
import { RoomBar } from "./room_bar.js";
import { ShareButton } from "./share.js";

const COPIED = "The room's address is copied. Whoever opens it watches the same moment with you.";
const HANDED_OVER = "The host has left: you are the host now.";

export class RoomPanel {
  #bar;
  #share;
  #ended;
  #say;
  #isRoomPage;
  #room = null;

  /**
   * @param {(name: string) => HTMLElement} part
   * @param {{isRoomPage: boolean, onControl: (everyone: boolean) => void, onNewRoom: () => void,
   *   say: (text: string) => void}} options `isRoomPage`: the page's own address is a room's
   */
  constructor(part, { isRoomPage, onControl, onNewRoom, say }) {
    this.#isRoomPage = isRoomPage;
    this.#say = say;
    this.#bar = new RoomBar(
      {
        watching: part("watching"),
        role: part("room-role"),
        control: part("room-control"),
        everyone: part("room-everyone"),
      },
      onControl,
    );
    this.#share = new ShareButton(
      { button: part("share"), label: part("share-label"), panel: part("share-panel"), field: part("share-field") },
      () => say(COPIED),
    );
    this.#ended = new RoomEndedNote(
      { element: part("room-ended"), text: part("room-ended-text"), again: part("new-room") },
      onNewRoom,
    );
  }

  /** @param {import("./room.js").Room} room */
  show(room) {
    const before = this.#room;
    this.#room = room;
    this.#bar.show(room);
    this.#share.show(`${location.origin}/rooms/${room.id}/`);
    if (before?.id === room.id && room.host && !before.host) this.#say(HANDED_OVER);
  }

  /** What was tried is refused: everything is as the server said last. */
  settle() {
    if (this.#room) this.#bar.show(this.#room);
  }

  /**
   * @param {import("./connection.js").ConnectionStatus} status
   * @returns {boolean} whether it means that the room has ended
   */
  connectionChanged({ phase, code }) {
    const hasEnded = code === NOT_FOUND && (this.#isRoomPage || this.#room !== null);
    this.#bar.allow(phase === "open");
    this.#ended.show(hasEnded, this.#room !== null);
    if (hasEnded) {
      this.#bar.clear();
      this.#share.withdraw();
    }
    return hasEnded;
  }

  destroy() {
    this.#share.destroy();
  }
}
