/* Keeps the lines of builds up to date while any of them waits or runs. Without it they show the last state. */

const EVERY_MS = 1000;
const EVERY_MS_AFTER_AN_ERROR = 5000;
const ACTIVE = new Set(["queued", "running"]);

/** The lines whose builds may still change. */
function activeLines() {
  return [...document.querySelectorAll("[data-live-build]")].filter((line) => ACTIVE.has(line.dataset.state));
}

function part(line, name) {
  return line.querySelector(`[data-part="${name}"]`);
}

/** Show `build`, as the server tells it, in `line`. */
function show(line, build) {
  line.dataset.state = build.state;
  const state = part(line, "state");
  state.textContent = build.label;
  state.className = `badge badge--${build.tone}`;
  const progress = part(line, "progress");
  progress.hidden = build.progress === null;
  progress.value = build.progress ?? 0;
  part(line, "told").textContent = build.told;
  const watch = part(line, "watch");
  watch.hidden = build.watch === null;
  if (build.watch !== null) watch.href = build.watch;
}

/** The builds of `lines` by id, or null where the log-in has ended. */
async function ask(lines) {
  const ids = new Set(lines.map((line) => line.dataset.liveBuild));
  const query = new URLSearchParams([...ids].map((id) => ["id", id]));
  const response = await fetch(`${lines[0].dataset.progressUrl}?${query}`, { redirect: "manual" });
  if (response.type === "opaqueredirect" || response.status === 403) return null;
  if (!response.ok) throw new Error(`progress: ${response.status}`);
  const { builds } = await response.json();
  return new Map(builds.map((build) => [build.id, build]));
}

/** One round; returns after how many ms the next one is due, or null for none. */
async function update() {
  const lines = activeLines();
  if (lines.length === 0 || document.hidden) return null;
  let builds;
  try {
    builds = await ask(lines);
  } catch {
    return EVERY_MS_AFTER_AN_ERROR;
  }
  if (builds === null) return null;
  let ended = false;
  for (const line of lines) {
    const build = builds.get(line.dataset.liveBuild);
    if (build) show(line, build);
    else line.dataset.state = "gone";
    ended ||= "reloadAtEnd" in line.dataset && !ACTIVE.has(line.dataset.state);
  }
  if (ended) {
    window.location.reload();
    return null;
  }
  return EVERY_MS;
}

let timer = null;

async function turn() {
  timer = -1; // a round is under way: another must not be begun
  const next = await update();
  timer = next === null ? null : setTimeout(turn, next);
}

function start() {
  if (timer === null) turn();
}

document.addEventListener("visibilitychange", start);
start();
