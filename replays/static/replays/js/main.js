/** Starts the viewer, and gives the page its public face: `window.replayViewer`, read-only. */

import { ReplayPage } from "./replay_page.js";

const page = new ReplayPage(document.getElementById("replay-viewer"));
window.replayViewer = Object.freeze({ state: () => page.state(), drawnCars: () => page.drawnCars() });
page.start();
