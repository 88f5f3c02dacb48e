// Builds the page into the gateway's assets. `--check` only compares.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build, type Metafile, type Plugin } from "esbuild";

import { textOf, writeAssets } from "../../shared/assets.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const shared = { bundle: true, write: false, minify: true, charset: "utf8", legalComments: "none", metafile: true } as const;
const BANNER = "/* Licences of what is in this file: /graphiql/LICENSES.txt */";

/** What the page's content security policy does not permit, or what it does not need, is replaced. */
const trimmed: Plugin = {
  name: "trimmed",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^react-style-singleton$/ }, () => ({ path: path.join(here, "src/style_singleton.ts") }));
    // 370 kB of fonts, inlined.
    onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, ({ path: file }) => ({
      contents: readFileSync(file, "utf8").replaceAll(/@font-face\s*\{[^}]*\}/g, ""),
      loader: "css",
    }));
  },
};

/** Licences and notices of the packages in the bundles. */
function licenses(...metafiles: Metafile[]): string {
  const inputs = metafiles.flatMap(({ outputs }) => Object.values(outputs).flatMap((output) => Object.keys(output.inputs)));
  const packages = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []));
  const entries = [...packages].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Record<string, string>;
    const notices = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
    const texts = notices.map((file) => readFileSync(path.join(folder, file), "utf8").replaceAll("\r\n", "\n").trim());
    return `${[`${name} ${version}: ${license}`, ...texts].join("\n\n")}\n`;
  });
  return entries.sort().join(`\n${"-".repeat(80)}\n\n`);
}

const [script, style] = await Promise.all([
  build({
    ...shared,
    entryPoints: [path.join(here, "src/main.tsx")],
    format: "esm",
    target: "es2022",
    // Not the condition `source`: other packages declare it too, and do not contain their sources.
    alias: { "@shop-platform/live-client": path.join(here, "../../packages/live-client/src/index.ts") },
    define: { "process.env.NODE_ENV": '"production"' },
    jsx: "automatic",
    banner: { js: BANNER },
    plugins: [trimmed],
  }),
  build({
    ...shared,
    entryPoints: [path.join(here, "src/page.css")],
    target: "chrome120",
    banner: { css: BANNER },
    plugins: [trimmed],
  }),
]);
writeAssets("graphiql", "web/apps/graphiql", [
  ["index.html", readFileSync(path.join(here, "src/index.html"), "utf8")],
  ["graphiql.js", textOf(script.outputFiles)],
  ["graphiql.css", textOf(style.outputFiles)],
  ["LICENSES.txt", licenses(script.metafile, style.metafile)],
]);
