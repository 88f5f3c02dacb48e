// Writes a built page into the gateway's assets, which are compiled into its binary. With `--check` it only compares.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export type BuiltFile = [name: string, text: string];

const assets = path.join(path.dirname(fileURLToPath(import.meta.url)), "../../gateway/assets");

/** `folder` is in the gateway's assets; `workspace` builds its files. */
export function writeAssets(folder: string, workspace: string, files: BuiltFile[]): void {
  const target = path.join(assets, folder);
  if (!process.argv.includes("--check")) {
    mkdirSync(target, { recursive: true });
    for (const [name, text] of files) writeFileSync(path.join(target, name), text);
    return;
  }
  const stale = files.filter(([name, text]) => committed(path.join(target, name)) !== text).map(([name]) => name);
  if (stale.length > 0) {
    console.error(
      `gateway/assets/${folder} is not up to date with its source (${stale.join(", ")}): ` +
        `run \`npm run build --workspace ${workspace}\` and commit the result`,
    );
    process.exitCode = 1;
  }
}

/** The text of the only output of a build. */
export function textOf(outputs: { text: string }[]): string {
  const [output] = outputs;
  if (!output) throw new Error("esbuild has no output");
  return output.text;
}

function committed(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
