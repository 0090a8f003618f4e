/**
 * Wires a replay to its page: the player says what is to be seen, the parts show it, input goes back to the player.
 * The map is asked to draw every animation frame, everything made of elements only a few times a second.
 */

import { Controls } from "./controls.js";
import { FlagBanner } from "./flags.js";
import { formatClock, formatLapTime, formatLapsToGo } from "./formatters.js";
import { interpolate } from "./frame_buffer.js";
import { mapNote } from "./map_note.js";
import { ConnectionNotice, PlaybackNote, Toast } from "./notices.js";
import { columnPlaces } from "./protocol.js";
import { RaceControlFeed } from "./race_control.js";
import { ReplayPlayer } from "./replay_player.js";
import { LOCKED, mayControl } from "./room.js";
import { RoomPanel } from "./room_panel.js";
import { SeekBar } from "./seek_bar.js";
import { isRace } from "./session_state.js";
import { Tower } from "./tower.js";
import { towerRows } from "./tower_rows.js";
import { TrackMap } from "./track_map.js";
import { WeatherStrip } from "./weather.js";

/** Figures that change faster than this are only noise to the eye. */
const PANEL_INTERVAL_S = 0.25;
const NO_MAP =
  "This session was published without car positions, so there is no map to draw. " +
  "Timing, flags and messages play as they happened.";
const FADED_STATUSES = new Set(["in_pit", "in_box", "stopped"]);

export class ReplayPage {
  #root;
  #player;
  #parts;
  #replayId = null;
  #places = {};
  #race = true;
  #zero = 0;
  #gapMode = "gap";
  #jumped = true;
  #shown = null;
  #panelsAt = -Infinity;
  /** @type {"missing"|"loading"|"loaded"} */
  #track = "missing";
  #animation = null;
  #abort = new AbortController();

  /** @param {HTMLElement} root the viewer's element, with its data attributes */
  constructor(root) {
    this.#root = root;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.#player = new ReplayPlayer(
      { origin: `${scheme}//${location.host}`, path: root.dataset.socketPath },
      {
        onHello: (hello) => this.#begin(hello),
        onState: (_, jump) => this.#stateChanged(jump),
        onRoom: (room) => this.#roomChanged(room),
        onConnection: (status) => this.#connectionChanged(status),
        onError: (refusal) => this.#refused(refusal),
      },
    );
    this.#parts = this.#buildParts();
    this.#listen();
  }

  start() {
    if (this.#root.dataset.trackUrl) this.#loadTrack(this.#root.dataset.trackUrl);
    this.#player.open();
    this.#animation = requestAnimationFrame((ms) => this.#tick(ms));
  }

  destroy() {
    cancelAnimationFrame(this.#animation);
    this.#abort.abort();
    this.#player.close();
    for (const part of ["map", "controls", "connection", "room", "toast"]) this.#parts[part].destroy();
  }

  /** @returns {object} what is being played and shown; times in seconds of session time */
  state() {
    const { status, speed, generation, hello, room, session, connectionStatus } = this.#player;
    return {
      connection: connectionStatus.phase,
      room: room && { ...room },
      status: hello ? status : null,
      speed,
      generation,
      trackStatus: session.trackStatus,
      lap: this.#shown?.frame.lap ?? null,
      ...this.#player.figures(),
    };
  }

  /** @returns {import("./track_map.js").DrawnCar[]} copies of what the map showed last, with the moment `t` */
  drawnCars() {
    const t = this.#shown?.t ?? null;
    return this.#parts.map.drawnCars.map((car) => ({ ...car, t }));
  }

  #part(name) {
    return this.#root.querySelector(`[data-part="${name}"]`);
  }

  #buildParts() {
    const motion = window.matchMedia("(prefers-reduced-motion: reduce)");
    const calm = () => motion.matches;
    const part = (name) => this.#part(name);
    const say = (text) => this.#parts.toast.show(text, "notice");
    const step = (seconds) => this.#shown && this.#parts.seekBar.step(seconds, this.#shown.t);
    return {
      map: new TrackMap(part("canvas"), calm),
      tower: new Tower(part("tower-rows"), calm),
      flag: new FlagBanner(part("flag"), part("map-panel")),
      feed: new RaceControlFeed(part("messages"), part("messages-empty")),
      weather: new WeatherStrip(part("weather"), part("weather-panel")),
      seekBar: new SeekBar(
        { root: part("seek"), input: part("seek-input"), bubble: part("seek-bubble"), marks: part("seek-marks") },
        (t) => this.#player.seek(t),
      ),
      controls: new Controls(
        { play: part("play"), speeds: part("speeds") },
        {
          toggle: () => this.#player.toggle(),
          speed: (speed) => this.#player.setSpeed(speed),
          step,
          locked: () => say(`${LOCKED}.`),
        },
      ),
      connection: new ConnectionNotice(part("connection")),
      toast: new Toast(part("toast")),
      playback: new PlaybackNote(
        { element: part("playback-note"), text: part("playback-note-text"), again: part("again") },
        () => this.#player.playAgain(),
      ),
      room: new RoomPanel(part, {
        isRoomPage: "inRoom" in this.#root.dataset,
        onControl: (everyone) => this.#player.shareControl(everyone),
        onNewRoom: () => this.#openNewRoom(),
        say,
      }),
    };
  }

  #listen() {
    const options = { signal: this.#abort.signal };
    this.#part("gap-toggle").addEventListener("click", () => this.#toggleGap(), options);
    window.addEventListener("online", () => this.#player.retryNow(), options);
    window.addEventListener("pagehide", () => this.#player.close(), options);
    window.addEventListener("pageshow", (event) => event.persisted && this.#player.open(), options);
    document.addEventListener("visibilitychange", () => document.hidden || this.#player.wake(), options);
  }

  async #loadTrack(url) {
    if (this.#track !== "missing") return;
    this.#track = "loading";
    try {
      const response = await fetch(url, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const track = await response.json();
      this.#track = "loaded";
      this.#parts.map.setTrack(track);
      this.#showMapText("map-empty", track.outline ? "" : NO_MAP);
    } catch (error) {
      this.#track = "missing";
      const text = `The track map could not be loaded (${error.message}). Timing goes on without it.`;
      this.#showMapText("map-empty", text);
    }
  }

  #showMapText(name, text) {
    this.#part(name).hidden = text === "";
    this.#part(name).textContent = text;
  }

  #begin(hello) {
    const { replay, cars, columns, track } = hello;
    this.#places = columnPlaces(columns);
    this.#loadTrack(track);
    if (replay.id === this.#replayId) return;
    this.#replayId = replay.id;
    this.#showTitle(replay);
    this.#race = isRace(replay);
    this.#zero = (this.#race ? replay.lights_out : null) ?? replay.t_start;
    this.#parts.map.setCars(cars);
    this.#parts.tower.setCars(cars);
    this.#parts.seekBar.setRange({ start: replay.t_start, end: replay.t_end, zero: this.#zero });
    this.#part("clock-word").textContent = this.#race ? "Race time" : "Session time";
    this.#part("lap-box").hidden = !this.#race;
    this.#part("laps-to-go").hidden = !this.#race;
    this.#part("laps").textContent = Number.isFinite(replay.laps) ? `/${replay.laps}` : "";
    this.#part("time-end").textContent = formatClock(replay.t_end - this.#zero);
    this.#showMapText("map-note", mapNote(replay.capabilities));
    this.#jumped = true;
  }

  #showTitle({ year, event, session_name: session, is_demo: demo }) {
    this.#showText("year", String(year));
    this.#showText("event", event);
    this.#showText("session", session);
    this.#part("demo").hidden = !demo;
    document.title = `${year} ${event}, ${session} | ${this.#root.dataset.appName}`;
  }

  #roomChanged(room) {
    this.#parts.room.show(room);
    if (mayControl(room)) this.#parts.toast.withdraw(`${LOCKED}.`);
    this.#showPlayback();
  }

  /** The address of a room that has ended leads nowhere any more: a page reloaded opens the replay. */
  #openNewRoom() {
    history.replaceState(null, "", `/replays/${this.#player.hello.replay.id}/`);
    this.#player.openNewRoom();
  }

  #stateChanged(jump) {
    this.#jumped ||= jump;
    this.#parts.seekBar.settle();
    this.#showPlayback();
  }

  #connectionChanged(status) {
    const hasEnded = this.#parts.room.connectionChanged(status);
    this.#parts.connection.show(hasEnded ? { ...status, reason: "" } : status);
    this.#showPlayback();
  }

  #refused({ code, detail }) {
    if (code === "not_allowed") this.#parts.toast.show(`${LOCKED}.`, "notice");
    else this.#parts.toast.show(detail || code || "The server refused that.", "error");
    this.#parts.seekBar.settle();
    this.#parts.room.settle();
  }

  #showPlayback() {
    const { status, speed, stalled, mayControl, room, connectionStatus } = this.#player;
    const enabled = connectionStatus.phase === "open";
    const locked = room !== null && !mayControl;
    const playing = status === "playing" || status === "buffering";
    this.#parts.controls.show({ playing, speed, enabled, locked });
    this.#parts.seekBar.allow({ enabled, locked });
    this.#parts.playback.show(enabled ? (stalled ? "buffering" : status) : "paused", mayControl);
  }

  #toggleGap() {
    this.#gapMode = this.#gapMode === "gap" ? "interval" : "gap";
    this.#part("gap-label").textContent = this.#gapMode === "gap" ? "Gap" : "Interval";
    this.#panelsAt = -Infinity;
  }

  #tick(ms) {
    this.#animation = requestAnimationFrame((next) => this.#tick(next));
    const now = ms / 1000;
    const view = this.#player.viewAt(now);
    if (!view) return;
    const { t, sample } = view;
    if (sample && (this.#shown?.t !== t || this.#shown.frame !== sample.before || this.#shown.after !== sample.after)) {
      this.#shown = { t, frame: sample.before, after: sample.after };
      this.#parts.map.moveCars(this.#mapCars(sample));
    }
    this.#parts.map.draw(now);
    if ((this.#jumped && sample) || now - this.#panelsAt >= PANEL_INTERVAL_S) {
      this.#panelsAt = now;
      this.#showPanels(t);
      if (sample) this.#jumped = false;
    }
  }

  #mapCars(sample) {
    const { x, y, position, status } = this.#places;
    const cars = this.#player.hello.cars.flatMap((car, index) => {
      const row = sample.before.cars[index];
      const carX = interpolate(sample, index, x);
      const carY = interpolate(sample, index, y);
      if (!row || carX === null || carY === null || row[status] === "retired") return [];
      const rank = row[position] ?? Infinity;
      return [{ number: String(car.number), x: carX, y: carY, faded: FADED_STATUSES.has(row[status]), rank }];
    });
    return cars.sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank));
  }

  #showPanels(t) {
    const { session, flagHistory, hello } = this.#player;
    this.#parts.flag.show(session.trackStatus);
    this.#parts.map.setTrackStatus(session.trackStatus);
    this.#parts.weather.show(session.weather);
    this.#parts.feed.show(session.messages, this.#zero);
    this.#parts.seekBar.show(t);
    this.#parts.seekBar.showPeriods(flagHistory.periods);
    this.#showText("clock", formatClock(t - this.#zero));
    this.#showText("time-now", formatClock(t - this.#zero));
    this.#showFastest(session.fastestLap);
    this.#showPlayback();
    if (!this.#shown) return;
    const { frame } = this.#shown;
    this.#showText("lap", frame.lap === null ? "–" : String(Math.min(frame.lap, hello.replay.laps ?? Infinity)));
    const rows = towerRows({
      cars: hello.cars,
      frame,
      places: this.#places,
      mode: this.#gapMode,
      race: this.#race,
      session,
    });
    this.#parts.tower.update(rows, { settled: this.#jumped });
    this.#showText("laps-to-go", formatLapsToGo(frame.lap, hello.replay.laps, rows[0]?.tag === "FIN"));
  }

  #showFastest(fastest) {
    const car = fastest && this.#player.hello.cars.find(({ number }) => String(number) === fastest.number);
    this.#showText("fastest", fastest ? `${car?.code || fastest.number} ${formatLapTime(fastest.lapTime)}` : "–");
  }

  #showText(name, text) {
    const element = this.#part(name);
    if (element.textContent !== text) element.textContent = text;
  }
}
