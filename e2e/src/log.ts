// The event log as stored in the database, and assertions that a subscriber received it.

import assert from "node:assert/strict";

import type { Client, ShopSlug } from "./client.ts";
import { rows, uuidOf } from "./invariants.ts";
import type { LiveFeed } from "./live.ts";
import { eventually } from "./platform.ts";

export type Stream = "orders" | "stock";

export interface LogEntry {
  seq: number;
  /** As UUID; clients see it as TypeID. */
  id: string;
  /** `ADJUSTED` for `stock.adjusted.v1`. */
  type: string;
  subjects: string[];
}

const OWNERS = { orders: "orders", stock: "catalog" } as const;
const FIELDS = { orders: "orderEvents", stock: "stockEvents" } as const;

const tenants = new Map<ShopSlug, string>();

export async function tenantOf(shop: ShopSlug): Promise<string> {
  const known = tenants.get(shop);
  if (known) return known;
  const [row] = await rows("customers", "SELECT id FROM tenants WHERE slug = $1", [shop]);
  assert.ok(row?.["id"], `${shop} is a tenant`);
  tenants.set(shop, row["id"]);
  return row["id"];
}

/** Number of events that were ever appended to a tenant's log. */
export async function logLength(shop: ShopSlug, stream: Stream): Promise<number> {
  const sql = "SELECT last_seq FROM event_streams WHERE tenant_id = $1 AND stream = $2";
  const [row] = await rows(OWNERS[stream], sql, [await tenantOf(shop), stream]);
  return Number(row?.["last_seq"] ?? 0);
}

/** All entries after a cursor. The API returns the first of them, because cursors are opaque to tests. */
export async function logAfter(staff: Client, stream: Stream, cursor: string | null): Promise<LogEntry[]> {
  const field = FIELDS[stream];
  const answer = await staff.query<Record<string, { nodes: { id: string }[] }>>(
    `query First($after: String) { ${field}(after: $after, first: 1) { nodes { id } } }`,
    { after: cursor },
  );
  const first = answer[field]?.nodes[0];
  if (!first) return [];
  const found = await rows(
    OWNERS[stream],
    `SELECT seq, id, type, array_to_json(subjects)::text AS subjects FROM events
     WHERE tenant_id = $1 AND stream = $2
       AND seq >= (SELECT seq FROM events WHERE tenant_id = $1 AND stream = $2 AND id = $3)
     ORDER BY seq`,
    [await tenantOf(staff.shop), stream, uuidOf(first.id)],
  );
  return found.map((row) => ({
    seq: Number(row["seq"]),
    id: row["id"]!,
    type: row["type"]!.split(".")[1]!.toUpperCase().replace(/^LOW$/, "LOW_STOCK"),
    subjects: JSON.parse(row["subjects"]!) as string[],
  }));
}

/**
 * Asserts that a feed received exactly these entries: each, in order, without a gap at any time. Duplicates are allowed
 * only for entries that it has received before, after a reconnect.
 */
export function expectWholeLog(name: string, feed: LiveFeed<{ id: string; cursor: string }>, log: LogEntry[]): void {
  const places = new Map(log.map(({ id }, place) => [id, place]));
  const cursors = new Map<number, string>();
  let next = 0;
  for (const { node } of feed.deliveries) {
    const place = places.get(uuidOf(node.id));
    assert.ok(place !== undefined, `${name}: ${node.id} is in the log and matches`);
    assert.ok(place <= next, `${name}: entry ${place} came although entry ${next} was missing`);
    assert.equal(cursors.get(place) ?? node.cursor, node.cursor, `${name}: an event has one cursor`);
    cursors.set(place, node.cursor);
    next = Math.max(next, place + 1);
  }
  assert.equal(next, log.length, `${name}: ended before the log did`);
  assert.deepEqual(feed.failures, [], `${name}: no failures`);
}

/** Waits until a feed has received the last of these entries. */
export async function untilSeen(
  name: string,
  feed: LiveFeed<{ id: string }>,
  log: LogEntry[],
  withinMs: number,
): Promise<void> {
  const last = log.at(-1)?.id;
  if (last === undefined) return;
  await eventually(`${name} saw the end of the log`, withinMs, async () => {
    assert.equal(feed.ended, undefined, `${name} is still open: ${JSON.stringify(feed.failures)}`);
    return feed.deliveries.slice(-100).some(({ node }) => uuidOf(node.id) === last);
  });
}
