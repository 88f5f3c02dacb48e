// Builds the page into the gateway's assets, which are compiled into its binary. `--check` only compares.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const assets = path.join(here, "../../../gateway/assets/live");

/** The three files, built from the sources. */
async function files(): Promise<[name: string, text: string][]> {
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
  return [
    ["index.html", readFileSync(path.join(here, "src/index.html"), "utf8")],
    ["board.js", textOf(script.outputFiles)],
    ["board.css", textOf(style.outputFiles)],
  ];
}

function textOf(outputs: { text: string }[]): string {
  const [output] = outputs;
  if (!output) throw new Error("esbuild has no output");
  return output.text;
}

function committed(name: string): string | undefined {
  try {
    return readFileSync(path.join(assets, name), "utf8");
  } catch {
    return undefined;
  }
}

const built = await files();
if (process.argv.includes("--check")) {
  const stale = built.filter(([name, text]) => committed(name) !== text).map(([name]) => name);
  if (stale.length > 0) {
    console.error(
      `gateway/assets/live is not up to date with its source (${stale.join(", ")}): ` +
        "run `npm run build --workspace web/apps/live-board` and commit the result",
    );
    process.exitCode = 1;
  }
} else {
  mkdirSync(assets, { recursive: true });
  for (const [name, text] of built) writeFileSync(path.join(assets, name), text);
}
