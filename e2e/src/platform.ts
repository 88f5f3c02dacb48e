// Addresses and processes of the platform, and polling for asynchronous results.

import { setTimeout as sleep } from "node:timers/promises";

/** The gateway's GraphQL address. */
export const endpoint = new URL(required("SHOP_ENDPOINT"));

/** The GraphQL address of another gateway of the same platform. */
export const secondEndpoint = (): URL => new URL(required("SHOP_SECOND_ENDPOINT"));

/** Whether soaks run at full length: `cargo xtask test --full`. */
export const isFull = process.env["SHOP_TEST_FULL"] === "1";

export type ProcessName =
  | "postgres"
  | "redis"
  | "rabbitmq"
  | "router"
  | "gateway"
  | "gateway-2"
  | "catalog"
  | "catalog-work"
  | "orders"
  | "orders-work"
  | "customers"
  | "customers-work";

export interface PlatformProcess {
  name: ProcessName;
  running: boolean;
  pid: number | null;
  /** Address on which it listens, for processes with HTTP. */
  url?: string | null;
  residentBytes: number | null;
}

/** The value of a required environment variable. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with \`cargo xtask test\``);
  return value;
}

export async function processes(): Promise<PlatformProcess[]> {
  const answer = await fetch(new URL("/processes", required("SHOP_CONTROL")));
  if (!answer.ok) throw new Error(`GET /processes answered ${answer.status}`);
  return (await answer.json()) as PlatformProcess[];
}

/** Current resident memory of a process. */
export async function residentBytes(name: ProcessName): Promise<number> {
  const process = (await processes()).find((candidate) => candidate.name === name);
  if (!process?.residentBytes) throw new Error(`GET /processes has no memory figure of ${name}`);
  return process.residentBytes;
}

/** Runs an operator command of a subgraph's executable. Returns its standard output. */
export async function operate(subgraph: "catalog" | "orders" | "customers", ...given: string[]): Promise<string> {
  const url = new URL(`/commands/${subgraph}`, required("SHOP_CONTROL"));
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(given) });
  if (!answer.ok) throw new Error(`${subgraph} ${given.join(" ")} answered ${answer.status}: ${await answer.text()}`);
  const { exitCode, stdout, stderr } = (await answer.json()) as { exitCode: number; stdout: string; stderr: string };
  if (exitCode !== 0) throw new Error(`${subgraph} ${given.join(" ")} ended with ${exitCode}: ${stderr}${stdout}`);
  return stdout;
}

/** The internal HTTP address of a process, which is not exposed to clients. */
export async function innerAddress(name: ProcessName): Promise<string> {
  const process = (await processes()).find((candidate) => candidate.name === name);
  if (!process?.url) throw new Error(`GET /processes has no url of ${name}`);
  return process.url;
}

/** SIGKILL: simulates a crash. */
export const kill = (name: ProcessName): Promise<void> => command(name, "kill");

/** SIGTERM; returns when the process has ended. */
export const stop = (name: ProcessName): Promise<void> => command(name, "stop");

/** Returns when the process is ready. */
export const start = (name: ProcessName): Promise<void> => command(name, "start");

/** Runs `body` while a process is stopped. Starts the process again even if `body` throws. */
export async function whileStopped<T>(name: ProcessName, body: () => Promise<T>): Promise<T> {
  await stop(name);
  try {
    return await body();
  } finally {
    await start(name);
  }
}

async function command(name: ProcessName, action: "kill" | "stop" | "start"): Promise<void> {
  const url = new URL(`/processes/${name}/${action}`, required("SHOP_CONTROL"));
  const answer = await fetch(url, { method: "POST", signal: AbortSignal.timeout(120_000) });
  if (!answer.ok) throw new Error(`${action} ${name} answered ${answer.status}: ${await answer.text()}`);
}

/** Polls until the probe returns a value other than undefined, null or false; fails after the time-out. */
export async function eventually<T>(
  what: string,
  withinMs: number,
  probe: () => Promise<T | undefined | null | false>,
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  let last: unknown = "never true";
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined && found !== null && found !== false) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > giveUpAt) {
      throw new Error(`did not see within ${withinMs} ms: ${what} (last: ${String(last)})`, { cause: last });
    }
    await sleep(100);
  }
}
