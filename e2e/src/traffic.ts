// Load in one tenant: orders of several lines, some of them cancelled, and stock adjustments.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { Client } from "./client.ts";
import { logLength } from "./log.ts";
import type { Random } from "./random.ts";
import { adjustStock, card, orderOf, tryCancelOrder, tryPlaceOrder, type UserError, type Variant } from "./shop.ts";

const WORKERS = 4;
/** Units that are added to each variant at the start, so that no order fails for lack of stock. */
const UNITS = 20_000;

export interface TrafficOptions {
  staff: Client;
  /** Clients that place orders. */
  buyers: Client[];
  random: Random;
  /** Target rate of events, of both streams together. Workers pause when they are ahead of it. */
  eventsPerSecond: number;
  /** Processes will be unavailable: failed requests do not count as failures. */
  tolerant?: boolean;
}

export class Traffic {
  /** Failed requests and user errors. */
  readonly failures: string[] = [];
  #running = true;
  readonly #workers: Promise<void>[];
  readonly #startedAt = Date.now();
  #made = 0;

  private constructor(
    readonly options: TrafficOptions,
    readonly variants: Variant[],
    readonly before: number,
  ) {
    this.#workers = Array.from({ length: WORKERS }, () => this.#work());
  }

  static async begin(options: TrafficOptions, variants: Variant[]): Promise<Traffic> {
    for (const { id } of variants) {
      const { userErrors } = await adjustStock(options.staff, { variantId: id, delta: UNITS, reason: "for a busy day" });
      assert.deepEqual(userErrors, []);
    }
    return new Traffic(options, variants, await bothLogs(options.staff));
  }

  /** Number of events that the tenant's logs have gained since the start. */
  async made(): Promise<number> {
    this.#made = (await bothLogs(this.options.staff)) - this.before;
    return this.#made;
  }

  /** Waits until this many events have been made. */
  async untilMade(events: number): Promise<void> {
    while ((await this.made()) < events) {
      assert.deepEqual(this.failures, []);
      assert.ok(this.#running, "traffic is running");
      await sleep(200);
    }
  }

  /** Stops the workers and waits for running requests. */
  async end(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#workers);
  }

  async #work(): Promise<void> {
    const { random } = this.options;
    while (this.#running) {
      if (this.#isAhead()) {
        await sleep(50);
        continue;
      }
      try {
        if (random.chance(0.4)) await this.#order();
        else await this.#adjust();
      } catch (error) {
        if (!this.options.tolerant) this.failures.push(String(error));
        await sleep(100);
      }
    }
  }

  /** Estimated: `made` reads the exact number from the log. */
  #isAhead(): boolean {
    const due = ((Date.now() - this.#startedAt) / 1_000) * this.options.eventsPerSecond;
    return this.#made > due;
  }

  async #order(): Promise<void> {
    const { random, buyers } = this.options;
    const buyer = random.pick(buyers);
    const lines = this.variants
      .filter(() => random.chance(0.6))
      .slice(0, 5)
      .map(({ id }) => ({ variantId: id, quantity: random.between(1, 3) }));
    const changes = lines.length > 0 ? { lines } : {};
    const input = orderOf(this.variants[0]!.id, 1, { ...changes, ...(random.chance(0.3) ? card("tok_ok") : {}) });
    const placed = read(await tryPlaceOrder(buyer, input)).placeOrder;
    this.#recordErrors(placed.userErrors);
    this.#made += 2 + 2 * Math.max(1, lines.length);
    if (placed.order && random.chance(0.2)) {
      const cancelled = read(await tryCancelOrder(this.options.staff, { orderId: placed.order.id })).cancelOrder;
      this.#recordErrors(cancelled.userErrors);
      this.#made += 1 + Math.max(1, lines.length);
    }
  }

  /** Several stock adjustments in one request. */
  async #adjust(): Promise<void> {
    const { random, staff } = this.options;
    const inputs = Array.from({ length: random.between(1, 20) }, () => ({
      idempotencyKey: randomUUID(),
      variantId: random.pick(this.variants).id,
      delta: random.between(1, 9),
      reason: "counted",
    }));
    const answer = await adjustMany(staff, inputs);
    this.#recordErrors(answer);
    this.#made += inputs.length;
  }

  #recordErrors(userErrors: UserError[]): void {
    if (userErrors.length > 0) this.failures.push(JSON.stringify(userErrors));
  }
}

const bothLogs = async ({ shop }: Client): Promise<number> =>
  (await logLength(shop, "orders")) + (await logLength(shop, "stock"));

/** Stock adjustments, all in one request. Returns the `userErrors` of all. */
export async function adjustMany(staff: Client, inputs: Record<string, unknown>[]): Promise<UserError[]> {
  const fields = inputs.map((_, at) => `a${at}: adjustStock(input: $i${at}) { userErrors { code message field } }`);
  const data = await staff.query<Record<string, { userErrors: UserError[] }>>(
    `mutation Adjust(${inputs.map((_, at) => `$i${at}: AdjustStockInput!`).join(" ")}) { ${fields.join(" ")} }`,
    Object.fromEntries(inputs.map((input, at) => [`i${at}`, { idempotencyKey: randomUUID(), ...input }])),
  );
  return Object.values(data).flatMap(({ userErrors }) => userErrors);
}

function read<T>({ data, errors, text }: { data: T | null; errors: unknown[]; text: string }): T {
  if (errors.length > 0 || data === null) throw new Error(text.slice(0, 300));
  return data;
}
