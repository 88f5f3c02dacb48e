// Runs the scenarios, one file at a time: first those that leave the platform running, then those that stop its
// processes. `npm test --workspace e2e -- <text>` runs the files whose name contains the text.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const asked = process.argv.slice(2);
// A filter for all test runners (SHOP_TEST_FILTER) may match no file here; an argument of this runner must.
const wanted = asked.length > 0 ? asked : (process.env["SHOP_TEST_FILTER"] ?? "").split(" ").filter(Boolean);

let failed = false;
let found = 0;
for (const folder of ["tests", "tests/outages"]) {
  const files = readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith(".test.ts"))
    .filter((file) => wanted.length === 0 || wanted.some((text) => file.includes(text)))
    .sort()
    .map((file) => path.join(folder, file));
  if (files.length === 0) continue;
  found += files.length;
  const options = [
    "--import=tsx",
    // Loads the packages of this workspace from source, without a build.
    "--conditions=source",
    "--test",
    "--test-concurrency=1",
    // Time-out of a whole file, so that a hanging test does not block the run.
    "--test-timeout=600000",
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
  ];
  const outcome = spawnSync(process.execPath, [...options, ...files], { cwd: root, stdio: "inherit" });
  failed ||= outcome.status !== 0;
}
if (found === 0 && asked.length > 0) {
  console.error(`no test file has a name with ${asked.join(" or ")}`);
  failed = true;
}
process.exitCode = failed ? 1 : 0;
