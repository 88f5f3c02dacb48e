// Invariants of the databases: nothing lost, nothing sold twice, no saga left open. The tests read as superuser, so no
// row-level security policy hides rows from them.

import assert from "node:assert/strict";
import pg from "pg";

import { eventually, required } from "./platform.ts";

export type Database = "catalog" | "orders" | "customers";
type Row = Record<string, string>;

/** One query on its own connection. Numbers are returned as text: `bigint` does not fit a JavaScript number. */
export async function rows(database: Database, sql: string, parameters: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: required(`SHOP_POSTGRES_URL_${database.toUpperCase()}`) });
  await client.connect();
  try {
    return (await client.query<Row>(sql, parameters)).rows;
  } finally {
    await client.end();
  }
}

/** The UUID of a TypeID such as `order_01h455vb4pex5vsknk084sn02q`. */
export function uuidOf(typeId: string): string {
  const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  let value = 0n;
  for (const letter of typeId.slice(typeId.lastIndexOf("_") + 1)) {
    const digit = alphabet.indexOf(letter);
    assert.ok(digit >= 0, `${typeId} is a TypeID`);
    value = value * 32n + BigInt(digit);
  }
  const hex = value.toString(16).padStart(32, "0");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Waits until no saga is open, then asserts every invariant below. */
export async function expectInvariants(withinMs = 90_000): Promise<void> {
  await expectNoOpenSaga(withinMs);
  await expectReadersSeeRows();
  await expectNone("stock levels that are negative or oversold", "catalog", OVERSOLD_LEVELS);
  await expectNone("stock levels that differ from the sum of their movements", "catalog", LEVELS_WITHOUT_MOVEMENTS);
  await expectNone("stock levels that differ from their holds", "catalog", LEVELS_WITHOUT_HOLDS);
  await expectSalesToMatchOrders();
  await expectPaymentsToMatchOrders();
  for (const database of ["catalog", "orders", "customers"] as const) {
    await expectNone(`gaps in the event log of ${database}`, database, LOG_GAPS);
  }
}

export async function expectNoOpenSaga(withinMs = 90_000): Promise<void> {
  await eventually("every saga ended", withinMs, async () => {
    const open = await rows("orders", "SELECT order_id, step, attempts FROM placements");
    if (open.length > 0) throw new Error(JSON.stringify(open.slice(0, 5)));
    const held = await rows("catalog", "SELECT order_id FROM stock_holds WHERE state = 'held'");
    if (held.length > 0) throw new Error(`held for ${JSON.stringify(held.slice(0, 5))}`);
    return true;
  });
}

/** Row-level security hides every row from a role without a policy: then all invariants would hold trivially. */
async function expectReadersSeeRows(): Promise<void> {
  for (const [database, table] of [["catalog", "stock_levels"], ["orders", "orders"], ["customers", "tenants"]] as const) {
    const [count] = await rows(database, `SELECT count(*) AS rows FROM ${table}`);
    assert.notEqual(count?.["rows"], "0", `the tests can read ${table}`);
  }
}

const OVERSOLD_LEVELS = `
  SELECT variant_id, on_hand, reserved, committed FROM stock_levels
  WHERE on_hand < 0 OR reserved < 0 OR committed < 0 OR reserved + committed > on_hand`;

const LEVELS_WITHOUT_MOVEMENTS = `
  SELECT level.variant_id, level.on_hand, level.reserved, level.committed
  FROM stock_levels AS level
  LEFT JOIN (
      SELECT tenant_id, variant_id, warehouse_id,
             sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved, sum(committed_delta) AS committed
      FROM stock_movements
      GROUP BY tenant_id, variant_id, warehouse_id
  ) AS moved USING (tenant_id, variant_id, warehouse_id)
  WHERE (level.on_hand, level.reserved, level.committed)
        IS DISTINCT FROM (coalesce(moved.on_hand, 0), coalesce(moved.reserved, 0), coalesce(moved.committed, 0))`;

const LEVELS_WITHOUT_HOLDS = `
  SELECT level.variant_id, level.reserved, level.committed
  FROM stock_levels AS level
  LEFT JOIN (
      SELECT line.tenant_id, line.variant_id, line.warehouse_id,
             coalesce(sum(line.quantity) FILTER (WHERE hold.state = 'held'), 0) AS held,
             coalesce(sum(line.quantity) FILTER (WHERE hold.state = 'committed'), 0) AS sold
      FROM stock_hold_lines AS line
      JOIN stock_holds AS hold USING (tenant_id, order_id)
      GROUP BY line.tenant_id, line.variant_id, line.warehouse_id
  ) AS claim USING (tenant_id, variant_id, warehouse_id)
  WHERE (level.reserved, level.committed) IS DISTINCT FROM (coalesce(claim.held, 0), coalesce(claim.sold, 0))`;

const LOG_GAPS = `
  SELECT stream.tenant_id, stream.stream, stream.last_seq, count(event.seq) AS events, max(event.seq) AS newest
  FROM event_streams AS stream
  LEFT JOIN events AS event USING (tenant_id, stream)
  GROUP BY stream.tenant_id, stream.stream, stream.last_seq, stream.min_seq
  HAVING count(event.seq) > 0
     AND (max(event.seq) <> stream.last_seq OR count(event.seq) <> max(event.seq) - min(event.seq) + 1)`;

async function expectNone(what: string, database: Database, sql: string): Promise<void> {
  assert.deepEqual(await rows(database, sql), [], `no ${what}`);
}

/** Units sold at catalog are exactly the units of confirmed orders, per variant and tenant. */
async function expectSalesToMatchOrders(): Promise<void> {
  const sold = await rows(
    "catalog",
    `SELECT tenant_id, variant_id, sum(committed) AS units FROM stock_levels
     GROUP BY tenant_id, variant_id HAVING sum(committed) > 0 ORDER BY tenant_id, variant_id`,
  );
  const ordered = await rows(
    "orders",
    `SELECT line.tenant_id, line.variant_id, sum(line.quantity) AS units
     FROM order_lines AS line
     JOIN orders ON orders.tenant_id = line.tenant_id AND orders.id = line.order_id
     WHERE orders.status = 'CONFIRMED'
     GROUP BY line.tenant_id, line.variant_id ORDER BY line.tenant_id, line.variant_id`,
  );
  assert.deepEqual(sold, ordered, "every unit sold belongs to a confirmed order and every confirmed order has its units");
}

/** No payment is authorised for a missing or cancelled order, and every confirmed card order has its payment. */
async function expectPaymentsToMatchOrders(): Promise<void> {
  const held = await rows(
    "orders",
    `SELECT tenant_id, idempotency_key, amount_minor FROM scripted_payments
     WHERE state = 'AUTHORIZED' ORDER BY tenant_id, idempotency_key COLLATE "C"`,
  );
  const owed = await rows(
    "orders",
    `SELECT tenant_id, id, total_minor AS amount_minor FROM orders
     WHERE payment_method = 'CARD' AND status = 'CONFIRMED'`,
  );
  const key = (tenant: string | undefined, order: string, amount: string | undefined): string =>
    `${tenant} ${order} ${amount}`;
  assert.deepEqual(
    held.map((row) => key(row["tenant_id"], uuidOf(row["idempotency_key"]!), row["amount_minor"])).sort(),
    owed.map((row) => key(row["tenant_id"], row["id"]!, row["amount_minor"])).sort(),
    "the authorised payments are exactly those of the confirmed card orders",
  );
}
