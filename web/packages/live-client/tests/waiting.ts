// Helpers: waiting for asynchronous effects, and a watcher that records what a subscription delivers.

import { setTimeout as sleep } from "node:timers/promises";
import type { TestContext } from "node:test";

import {
  LiveClient, type LiveError, type LiveEvent, type LiveOptions, type LiveStatus, type LiveSubscription, type Transport,
} from "../src/index.ts";
import { FakeGateway, WATCH, type WatchData } from "./fake_gateway.ts";

/** Short delays, long enough to keep the order of events. */
export const QUICK: LiveOptions = { backoff: { initialMs: 5, maxMs: 20 } };

export async function eventually(what: string, probe: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 5_000;
  while (!probe()) {
    if (Date.now() > giveUpAt) throw new Error(`did not see: ${what}`);
    await sleep(2);
  }
}

export class Watcher {
  readonly events: LiveEvent<WatchData>[] = [];
  readonly statuses: LiveStatus[] = [];
  error: LiveError | undefined;
  completed = false;
  subscription!: LiveSubscription;

  get numbers(): number[] {
    return this.events.flatMap(({ data }) => (data ? [data.orderEvents.number] : []));
  }

  get states(): string[] {
    return this.statuses.map(({ state }) => state).filter((state, at, all) => state !== all[at - 1]);
  }

  async sees(count: number): Promise<void> {
    await eventually(`${count} events (there are ${this.events.length})`, () => this.events.length >= count);
  }

  async ends(): Promise<LiveError | undefined> {
    await eventually("the end", () => this.states.at(-1) === "ended");
    return this.error;
  }
}

export function watch(client: LiveClient, after: string | null = null, options: LiveOptions<WatchData> = {}): Watcher {
  const watcher = new Watcher();
  watcher.subscription = client.subscribe<WatchData>(
    { query: WATCH, variables: { after } },
    {
      next: (event) => void watcher.events.push(event),
      error: (error) => (watcher.error = error),
      complete: () => (watcher.completed = true),
      status: (status) => watcher.statuses.push(status),
    },
    options,
  );
  return watcher;
}

/** A gateway for one test. */
export async function gatewayFor(t: TestContext): Promise<FakeGateway> {
  const gateway = await FakeGateway.start();
  t.after(() => gateway.stop());
  return gateway;
}

/** A client for one test. */
export function clientFor(t: TestContext, transport: Transport, options: LiveOptions = {}): LiveClient {
  const client = new LiveClient({ transport, ...QUICK, ...options });
  t.after(() => client.dispose());
  return client;
}
