// Builds the page into the gateway's assets. `--check` only compares.

import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { textOf, writeAssets } from "../../shared/assets.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const shared = { bundle: true, write: false, minify: true, charset: "utf8", legalComments: "none" } as const;

const [script, style] = await Promise.all([
  build({
    ...shared,
    entryPoints: [path.join(here, "src/main.ts")],
    format: "esm",
    target: "es2022",
    conditions: ["source"],
  }),
  build({ ...shared, entryPoints: [path.join(here, "src/board.css")], target: "chrome120" }),
]);
writeAssets("live", "web/apps/live-board", [
  ["index.html", readFileSync(path.join(here, "src/index.html"), "utf8")],
  ["board.js", textOf(script.outputFiles)],
  ["board.css", textOf(style.outputFiles)],
]);
