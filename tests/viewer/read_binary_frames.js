/** Reads lines of `[hexadecimal message, binary_columns]`, writes what the viewer makes of each, as JSON. */

import { readFileSync } from "node:fs";

import { readBinaryFrames } from "../../replays/static/replays/js/binary_frames.js";
import { bufferOf } from "./support.js";

for (const line of readFileSync(0, "utf8").split("\n")) {
  const [hex, columns] = JSON.parse(line);
  console.log(JSON.stringify(readBinaryFrames(bufferOf(hex), columns)));
}
