// The published package: every entry point has built files, which load without libraries that they do not need.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");

interface Entry {
  source: string;
  types: string;
  default: string;
}

const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  exports: Record<string, Entry | string>;
  dependencies?: object;
};
const entries = Object.entries(manifest.exports).filter((entry): entry is [string, Entry] => typeof entry[1] !== "string");

let published: string;

before(() => {
  // Outside the repository: no node_modules is found from here.
  published = mkdtempSync(path.join(tmpdir(), "live-client-"));
  const outDir = path.join(published, "dist");
  execFileSync("npx", ["tsc", "--project", "tsconfig.build.json", "--outDir", outDir], { cwd: root, stdio: "inherit" });
  cpSync(path.join(root, "package.json"), path.join(published, "package.json"));
});

after(() => rmSync(published, { recursive: true, force: true }));

test("every entry point has its source, its code and its types", () => {
  assert.ok(entries.length >= 7);
  for (const [name, entry] of entries) {
    assert.ok(existsSync(path.join(root, entry.source)), `${name}: ${entry.source}`);
    assert.ok(existsSync(path.join(published, entry.types)), `${name}: ${entry.types}`);
    assert.ok(existsSync(path.join(published, entry.default)), `${name}: ${entry.default}`);
  }
});

test("there are no dependencies, and entry points without a library load without any", async () => {
  assert.equal(manifest.dependencies, undefined);
  for (const name of [".", "./sse", "./event-source"]) {
    const entry = entries.find(([candidate]) => candidate === name)?.[1];
    assert.ok(entry, name);
    const loaded = (await import(pathToFileURL(path.join(published, entry.default)).href)) as object;
    assert.ok(Object.keys(loaded).length > 0, name);
  }
});

test("the built files import each other with their extension", () => {
  const client = readFileSync(path.join(published, "dist/client.js"), "utf8");
  assert.match(client, /from "\.\/subscription\.js"/);
  assert.doesNotMatch(client, /\.ts"/);
});
