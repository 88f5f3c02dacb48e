// Entities of two tenants with the same ids. Random ids never collide, but a row's key is (tenant, id), so the database
// allows equal ids. The rows of the second tenant get the ids of the first tenant's rows, in every column with the id.

import assert from "node:assert/strict";
import pg from "pg";

import { guest, type Client } from "./client.ts";
import { rows, uuidOf, type Database } from "./invariants.ts";
import { tenantOf } from "./log.ts";
import { eventually, required } from "./platform.ts";
import { buy, orderOf, variantsOf, type Order, type Variant } from "./shop.ts";

/** The columns that contain the ids. */
const COLUMNS: Record<Kind, [Database, string, string][]> = {
  product: [
    ["catalog", "products", "id"],
    ["catalog", "variants", "product_id"],
    ["orders", "order_lines", "product_id"],
  ],
  variant: [
    ["catalog", "variants", "id"],
    ["catalog", "stock_levels", "variant_id"],
    ["catalog", "stock_movements", "variant_id"],
    ["catalog", "stock_hold_lines", "variant_id"],
    ["orders", "order_lines", "variant_id"],
  ],
  order: [
    ["orders", "orders", "id"],
    ["orders", "order_lines", "order_id"],
    ["catalog", "stock_holds", "order_id"],
    ["catalog", "stock_hold_lines", "order_id"],
    ["catalog", "stock_movements", "order_id"],
    ["customers", "customer_orders", "order_id"],
  ],
};

type Kind = "product" | "variant" | "order";

/** Clients of two tenants. The entities of the second get the ids of the first's. */
export type Pair<T> = readonly [T, T];

/** Makes the ids of a product's variants equal in both tenants. Both have the product under the same slug. Returns the
 * variants of the first tenant. */
export async function twinVariants(shops: Pair<Client>, slug: string): Promise<Variant[]> {
  const productOf = async (client: Client): Promise<string> =>
    (await client.query<{ product: { id: string } }>(`query($slug: String!) { product(slug: $slug) { id } }`, { slug }))
      .product.id;
  await makeTwin("product", shops[1], await productOf(shops[1]), await productOf(shops[0]));
  const [here, there] = [await variantsOf(shops[0], [slug]), await variantsOf(shops[1], [slug])];
  for (const variant of here) {
    const other = there.find(({ sku }) => sku === variant.sku);
    assert.ok(other, `both shops have ${variant.sku}`);
    await makeTwin("variant", shops[1], other.id, variant.id);
  }
  assert.deepEqual((await variantsOf(shops[1], [slug])).map(({ id }) => id).sort(), here.map(({ id }) => id).sort());
  return here;
}

/** Places an order in each tenant and makes their ids equal. */
export async function twinOrders(shops: Pair<Client>, variant: string, email: (client: Client) => string): Promise<Order> {
  const place = async (client: Client): Promise<Order> => {
    const order = await buy(guest(client.shop), orderOf(variant, 1, { email: email(client) }));
    await eventually("the order is in its customer's history", 30_000, async () => {
      const found = await rows("orders", "SELECT customer_id FROM orders WHERE id = $1", [uuidOf(order.id)]);
      return found[0]?.["customer_id"] !== null;
    });
    return order;
  };
  const [here, there] = [await place(shops[0]), await place(shops[1])];
  await makeTwin("order", shops[1], there.id, here.id);
  return here;
}

async function makeTwin(kind: Kind, client: Client, from: string, to: string): Promise<void> {
  if (from === to) return;
  const tenant = await tenantOf(client.shop);
  for (const database of ["catalog", "orders", "customers"] as const) {
    const columns = COLUMNS[kind].filter(([owner]) => owner === database);
    if (columns.length > 0) {
      await inOneTransaction(database, [
        // Disables foreign keys: keys that reference each other change in separate statements.
        ["SET LOCAL session_replication_role = replica", []],
        ...columns.map(([, table, column]): Statement => [
          `UPDATE ${table} SET ${column} = $1 WHERE tenant_id = $2 AND ${column} = $3`,
          [uuidOf(to), tenant, uuidOf(from)],
        ]),
        [
          `UPDATE events SET subjects = array_replace(subjects, $1, $2),
                             payload = replace(payload::text, $1, $2)::jsonb
           WHERE tenant_id = $3 AND payload::text LIKE '%' || $1 || '%'`,
          [from, to, tenant],
        ],
      ]);
    }
  }
}

type Statement = [sql: string, parameters: unknown[]];

async function inOneTransaction(database: Database, statements: Statement[]): Promise<void> {
  const client = new pg.Client({ connectionString: required(`SHOP_POSTGRES_URL_${database.toUpperCase()}`) });
  await client.connect();
  try {
    await client.query("BEGIN");
    for (const [sql, parameters] of statements) await client.query(sql, parameters);
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}
