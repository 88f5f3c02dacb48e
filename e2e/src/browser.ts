// Pages in headless Chromium, with the errors that occur in them.

import { existsSync } from "node:fs";
import path from "node:path";

import { chromium, type Browser, type Page } from "playwright-core";

import { endpoint } from "./platform.ts";
import type { ShopSlug } from "./client.ts";

/** Launches the executable in `CHROMIUM_BIN`, or Chromium from PATH. */
export async function openBrowser(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: executable(), args: isRoot ? ["--no-sandbox"] : [] });
}

function executable(): string {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  const candidates = ["chromium", "chromium-browser", "google-chrome"];
  const found = [
    process.env["CHROMIUM_BIN"] ?? "",
    ...candidates.flatMap((name) => folders.map((folder) => path.join(folder, name))),
  ].find((file) => file !== "" && existsSync(file));
  if (found === undefined) throw new Error("there is no Chromium: install the package chromium, or set CHROMIUM_BIN");
  return found;
}

/** A page of the gateway, under the tenant's host name. */
export interface OpenPage {
  page: Page;
  /** Errors of the page and its console, including violations of its content security policy. */
  problems: string[];
}

/** Opens a page at the gateway, or at a proxy in front of it. */
export async function openPage(
  browser: Browser,
  shop: ShopSlug,
  pathname: string,
  at: URL = endpoint,
): Promise<OpenPage> {
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  const problems: string[] = [];
  page.on("console", (message) => {
    // Violations of the content security policy are reported here too.
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  const address = new URL(pathname, at);
  address.hostname = `${shop}.localhost`;
  await page.goto(address.href);
  return { page, problems };
}
