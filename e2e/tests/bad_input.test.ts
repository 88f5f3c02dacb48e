// Invalid input: the response is an error with a code, nothing is written, and no text reveals internals.

import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { describe, test } from "node:test";

import { guest, owner, post, signIn, type Answer } from "../src/client.ts";
import { endpoint } from "../src/platform.ts";
import {
  ADDRESS, buy, card, orderCursor, orderOf, stockCursor, tryAdjustStock, tryCancelOrder, tryPlaceOrder, variantOf,
} from "../src/shop.ts";
import { resigned, withoutKeys } from "../src/tokens.ts";

const KAVA = { "x-tenant": "kava" };
const INTERNALS =
  /sqlx|postgres|\bredis\b|amqp|rabbit|hyper|reqwest|tokio|panick|subgraph|subrequest|127\.0\.0\.1|\/internal|\.rs\b|constraint|relation "/i;

const bearer = (token: string): Record<string, string> => ({ ...KAVA, authorization: `Bearer ${token}` });
const body = (query: string, variables: Record<string, unknown> = {}): string => JSON.stringify({ query, variables });

function expectCode(answer: Answer<unknown>, ...allowed: string[]): void {
  assert.ok(answer.codes.length > 0, `expected an error, got ${answer.text.slice(0, 300)}`);
  for (const code of answer.codes) assert.ok(allowed.includes(code), `${code} is one of ${allowed.join(", ")}: ${answer.text}`);
  assert.doesNotMatch(answer.text, INTERNALS);
}

describe("a request", () => {
  test("of an unknown tenant is TENANT_NOT_FOUND", async () => {
    expectCode(await post(body("{ shop { id } }"), { "x-tenant": "no-such-shop" }), "TENANT_NOT_FOUND");
  });

  test("without a tenant is TENANT_NOT_FOUND", async () => {
    expectCode(await post(body("{ shop { id } }"), {}), "TENANT_NOT_FOUND");
  });

  test("with a malformed tenant name is TENANT_NOT_FOUND", async () => {
    for (const name of ["../kava", "kava' OR 1=1", "kava,knyhy", "x".repeat(300)]) {
      expectCode(await post(body("{ shop { id } }"), { "x-tenant": name }), "TENANT_NOT_FOUND");
    }
  });

  test("with a forged token is UNAUTHENTICATED", async () => {
    const { token } = await owner("kava");
    const [header, payload, signature] = token!.split(".") as [string, string, string];
    const otherHead = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
    const foreignKey = generateKeyPairSync("ed25519").privateKey;
    const resigned = sign(null, Buffer.from(`${header}.${payload}`), foreignKey).toString("base64url");
    const attempts = [
      "nonsense",
      "sk_nonsense",
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      `${otherHead}.${payload}.`,
      `${header}.${payload}.${resigned}`,
    ];
    for (const attempt of attempts) {
      expectCode(await post(body("{ shop { id } }"), bearer(attempt)), "UNAUTHENTICATED");
    }
  });

  test("with an expired token is UNAUTHENTICATED", { skip: withoutKeys() }, async () => {
    const { token } = await owner("kava");
    const anHourAgo = resigned(token!, (claims) => {
      const earlier = ["iat", "nbf", "exp"].filter((time) => time in claims).map((time) => [time, Number(claims[time]) - 3_600]);
      return { ...claims, ...Object.fromEntries(earlier) };
    });

    expectCode(await post(body("{ shop { id } }"), bearer(anHourAgo)), "UNAUTHENTICATED");
  });

  test("with another authorization scheme is UNAUTHENTICATED", async () => {
    const basic = { ...KAVA, authorization: `Basic ${Buffer.from("owner:secret").toString("base64")}` };
    expectCode(await post(body("{ shop { id } }"), basic), "UNAUTHENTICATED");
  });

  test("that is not JSON is BAD_REQUEST", async () => {
    for (const text of ["{", "[]", '"text"', "null", '{"query": 7}', '{"variables": {}}', ""]) {
      expectCode(await post(text, KAVA), "BAD_REQUEST");
    }
  });

  test("that is not GraphQL is GRAPHQL_PARSE_FAILED", async () => {
    expectCode(await post(body("{ shop { "), KAVA), "GRAPHQL_PARSE_FAILED");
  });

  test("that does not fit the schema is GRAPHQL_VALIDATION_FAILED", async () => {
    for (const query of [
      "{ noSuchField }",
      "{ shop }",
      "query($id: ID!) { order(id: $id, colour: 1) { id } }",
      "{ ...missing }",
      "{ _service { sdl } }",
      '{ _entities(representations: [{__typename: "Order", id: "x"}]) { __typename } }',
    ]) {
      expectCode(await post(body(query), KAVA), "GRAPHQL_VALIDATION_FAILED");
    }
  });

  test("of more than 256 KiB is BAD_REQUEST", async () => {
    expectCode(await post(body(`{ shop { id } } # ${"x".repeat(256 * 1024)}`), KAVA), "BAD_REQUEST");
  });

  test("of a little less than 256 KiB is answered", async () => {
    const answer = await post(body(`{ shop { slug } } # ${"x".repeat(255 * 1024)}`), KAVA);
    assert.deepEqual(answer.data, { shop: { slug: "kava" } });
  });

  test("by GET is for queries only", async () => {
    const url = new URL(endpoint);
    url.searchParams.set("query", 'mutation { signIn(input: {email: "a@b.example", password: "x"}) { accessToken } }');
    const response = await fetch(url, { headers: { ...KAVA, accept: "application/json" } });
    assert.ok(response.status >= 400, `a mutation by GET answered ${response.status}`);
    assert.doesNotMatch(await response.text(), /accessToken/);
  });
});

describe("a list", () => {
  test("rejects a page size that is too large or negative, and first with last", async () => {
    for (const page of ["first: 101", "first: -1", "last: 101", "first: 1, last: 1", "first: 2147483648"]) {
      const answer = await guest("kava").ask(`{ products(${page}) { totalCount } }`);
      expectCode(answer, "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED");
    }
  });

  test("rejects a cursor of another list", async () => {
    const { products } = await guest("kava").query<{ products: { edges: { cursor: string }[] } }>(
      `{ products(first: 2, sort: NAME) { edges { cursor } } }`,
    );
    const staff = await owner("kava");
    const cursor = products.edges[1]!.cursor;
    expectCode(await guest("kava").ask(`{ products(first: 2, after: "nonsense") { totalCount } }`), "CURSOR_INVALID");
    expectCode(
      await guest("kava").ask(`query($c: String) { products(first: 2, after: $c, sort: PRICE_ASC) { totalCount } }`, { c: cursor }),
      "CURSOR_INVALID",
    );
    expectCode(await staff.ask(`query($c: String) { orders(first: 2, after: $c) { totalCount } }`, { c: cursor }), "CURSOR_INVALID");
    expectCode(await staff.ask(`query($c: String) { orderEvents(first: 2, after: $c) { nodes { id } } }`, { c: cursor }), "CURSOR_INVALID");
  });

  test("of events rejects a cursor of another stream or tenant", async () => {
    const staff = await owner("kava");
    const events = `query($c: String) { orderEvents(first: 2, after: $c) { nodes { id } } }`;
    expectCode(await staff.ask(events, { c: await stockCursor(staff) }), "CURSOR_INVALID");
    expectCode(await staff.ask(events, { c: await orderCursor(await owner("knyhy")) }), "CURSOR_INVALID");
    expectCode(await staff.ask(events, { c: "" }), "CURSOR_INVALID");
  });
});

describe("a product", () => {
  test("is selected by exactly one of id and slug", async () => {
    expectCode(await guest("kava").ask(`{ product { id } }`), "BAD_REQUEST");
    expectCode(await guest("kava").ask(`{ product(id: "x", slug: "blend-podil") { id } }`), "BAD_REQUEST");
  });

  test("with an unknown or malformed id is null", async () => {
    const { unknown, slug } = await guest("kava").query<{ unknown: null; slug: null }>(
      `{ unknown: product(id: "product_01h455vb4pex5vsknk084sn02q") { id } slug: product(slug: "no such thing") { id } }`,
    );
    assert.equal(unknown, null);
    assert.equal(slug, null);
  });
});

/** Codes of an answer, whether it was refused as a request or as an order. */
function codesOf(answer: Answer<Record<string, { userErrors: { code: string; message: string }[] }>>): string[] {
  assert.doesNotMatch(answer.text, INTERNALS);
  return [...answer.codes, ...Object.values(answer.data ?? {}).flatMap((payload) => payload?.userErrors ?? []).map(({ code }) => code)];
}

describe("placeOrder", () => {
  const shopper = guest("kava");
  const slug = "honduras-marcala";
  const sku = "HND-MAR-250";

  async function expectRefusal(changes: Record<string, unknown>, ...allowed: string[]): Promise<void> {
    const variant = await variantOf(shopper, slug, sku);
    const answer = await tryPlaceOrder(shopper, orderOf(variant.id, 1, changes));
    const codes = codesOf(answer as never);
    assert.ok(codes.length > 0, `expected a refusal of ${JSON.stringify(changes).slice(0, 200)}, got ${answer.text}`);
    for (const code of codes) {
      assert.ok(allowed.includes(code), `${code} is one of ${allowed.join(", ")}: ${JSON.stringify(changes).slice(0, 200)}`);
    }
    assert.equal(answer.data?.placeOrder?.order ?? null, null);
  }

  const line = async (quantity: unknown): Promise<Record<string, unknown>> => ({
    lines: [{ variantId: (await variantOf(shopper, slug, sku)).id, quantity }],
  });

  test("refuses bad input with its code and writes nothing", async () => {
    const staff = await owner("kava");
    const before = await variantOf(shopper, slug, sku);
    const count = `{ orders(first: 1) { totalCount eventCursor } }`;
    const ordersBefore = await staff.query(count);
    const foreign = await variantOf(guest("knyhy"), "misto", "PIDM-MIS-HC");
    const unknown = "variant_01h455vb4pex5vsknk084sn02q";
    const product = await shopper.query<{ product: { id: string } }>(`{ product(slug: "${slug}") { id } }`);

    await expectRefusal({ idempotencyKey: undefined }, "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED");
    await expectRefusal({ idempotencyKey: null }, "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED");
    await expectRefusal({ idempotencyKey: "" }, "BAD_REQUEST");
    await expectRefusal({ idempotencyKey: "k".repeat(256) }, "BAD_REQUEST");
    await expectRefusal({ lines: [] }, "EMPTY_ORDER");
    await expectRefusal({ lines: [{ variantId: unknown, quantity: 1 }] }, "VARIANT_NOT_FOUND");
    await expectRefusal({ lines: [{ variantId: foreign.id, quantity: 1 }] }, "VARIANT_NOT_FOUND");
    await expectRefusal({ lines: [{ variantId: "nonsense", quantity: 1 }] }, "VARIANT_NOT_FOUND", "BAD_REQUEST");
    await expectRefusal({ lines: [{ variantId: product.product.id, quantity: 1 }] }, "VARIANT_NOT_FOUND", "BAD_REQUEST");
    await expectRefusal(await line(0), "INVALID_QUANTITY");
    await expectRefusal(await line(-1), "INVALID_QUANTITY");
    await expectRefusal(await line(2_147_483_647), "INVALID_QUANTITY", "OUT_OF_STOCK");
    await expectRefusal(await line(2_147_483_648), "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED");
    await expectRefusal(await line(1.5), "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED");
    await expectRefusal(await line("1"), "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED");
    await expectRefusal(await line(before.available + 1), "OUT_OF_STOCK");
    await expectRefusal({ email: "nobody" }, "INVALID_EMAIL");
    await expectRefusal({ email: "" }, "INVALID_EMAIL");
    await expectRefusal({ shippingAddress: { ...ADDRESS, countryCode: "XX" } }, "INVALID_ADDRESS");
    await expectRefusal({ shippingAddress: { ...ADDRESS, countryCode: "UKR" } }, "INVALID_ADDRESS");
    await expectRefusal({ shippingAddress: { ...ADDRESS, line1: " " } }, "INVALID_ADDRESS");
    await expectRefusal({ shippingAddress: { ...ADDRESS, city: "К".repeat(256) } }, "INVALID_ADDRESS", "BAD_REQUEST");
    await expectRefusal({ paymentMethod: "BARTER" }, "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED");
    await expectRefusal({ ...card(""), paymentToken: null }, "PAYMENT_TOKEN_MISSING");

    assert.deepEqual(await variantOf(shopper, slug, sku), before, "no unit was taken");
    assert.deepEqual(await staff.query(count), ordersBefore, "no order and no event was written");
  });

  test("reports which variant is out of stock and how many units are available", async () => {
    const variant = await variantOf(shopper, slug, sku);

    const answer = await tryPlaceOrder(shopper, orderOf(variant.id, variant.available + 1));

    const [refusal] = answer.data!.placeOrder.userErrors;
    assert.equal(refusal?.code, "OUT_OF_STOCK");
    assert.equal(refusal?.variantId, variant.id);
    assert.equal(refusal?.available, variant.available);
  });

  test("leaves the key free when the input was rejected before it had any effect", async () => {
    const variant = await variantOf(shopper, slug, sku);
    const idempotencyKey = randomUUID();
    const broken = await tryPlaceOrder(shopper, { ...orderOf(variant.id, 1), idempotencyKey, paymentMethod: "BARTER" });
    assert.ok(broken.codes.length > 0);

    await buy(shopper, orderOf(variant.id, 1, { idempotencyKey }));
  });
});

describe("adjustStock", () => {
  test("is for staff", async () => {
    const variant = await variantOf(guest("kava"), "honduras-marcala", "HND-MAR-250");
    const input = { variantId: variant.id, delta: 5 };
    expectCode(await tryAdjustStock(guest("kava"), input), "UNAUTHENTICATED", "FORBIDDEN");
    expectCode(await tryAdjustStock(await signIn("kava", "olena@kava.example"), input), "FORBIDDEN");
    assert.deepEqual(await variantOf(guest("kava"), "honduras-marcala", "HND-MAR-250"), variant);
  });

  test("refuses bad input with its code", async () => {
    const staff = await owner("kava");
    const variant = await variantOf(staff, "honduras-marcala", "HND-MAR-250");
    const foreign = await variantOf(guest("knyhy"), "misto", "PIDM-MIS-HC");
    const table: [Record<string, unknown>, ...string[]][] = [
      [{ variantId: variant.id, delta: 0 }, "DELTA_IS_ZERO"],
      [{ variantId: variant.id, delta: -1_000_000 }, "WOULD_GO_NEGATIVE"],
      [{ variantId: variant.id, delta: 2_147_483_647 }, "BAD_REQUEST"],
      [{ variantId: variant.id, delta: 1, warehouseId: "warehouse_01h455vb4pex5vsknk084sn02q" }, "WAREHOUSE_NOT_FOUND"],
      [{ variantId: "variant_01h455vb4pex5vsknk084sn02q", delta: 1 }, "VARIANT_NOT_FOUND"],
      [{ variantId: foreign.id, delta: 1 }, "VARIANT_NOT_FOUND"],
      [{ variantId: variant.id, delta: 1, idempotencyKey: "" }, "BAD_REQUEST"],
      [{ variantId: variant.id, delta: 1, idempotencyKey: undefined }, "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED"],
      [{ variantId: variant.id, delta: 1, reason: "x".repeat(256) }, "BAD_REQUEST"],
    ];
    for (const [input, ...allowed] of table) {
      const codes = codesOf((await tryAdjustStock(staff, input)) as never);
      assert.equal(codes.length, 1, JSON.stringify(input));
      assert.ok(allowed.includes(codes[0]!), `${codes[0]} is one of ${allowed.join(", ")}: ${JSON.stringify(input)}`);
    }
    assert.deepEqual(await variantOf(staff, "honduras-marcala", "HND-MAR-250"), variant);
  });
});

test("cancelOrder of an unknown order is ORDER_NOT_FOUND", async () => {
  for (const orderId of ["order_01h455vb4pex5vsknk084sn02q", "nonsense"]) {
    const codes = codesOf((await tryCancelOrder(await owner("kava"), { orderId })) as never);
    assert.equal(codes.length, 1);
    assert.match(codes[0]!, /^(ORDER_NOT_FOUND|BAD_REQUEST)$/);
  }
});

test("signIn does not reveal whether the account exists or why it refused", async () => {
  const query = `mutation($email: String!, $password: String!) {
    signIn(input: { email: $email, password: $password }) { accessToken refreshToken expiresAt userErrors { code message field } }
  }`;
  const wrong = await guest("kava").ask(query, { email: "petro@kava.example", password: "not the password" });
  const unknown = await guest("kava").ask(query, { email: "nobody@kava.example", password: "not the password" });
  const elsewhere = await guest("kava").ask(query, { email: "olena@knyhy.example", password: "Demo-2026-pass" });

  assert.deepEqual(wrong.data, unknown.data);
  assert.deepEqual(elsewhere.data, unknown.data);
  assert.deepEqual(codesOf(wrong as never), ["INVALID_CREDENTIALS"]);
});

test("guests may not read the lists of staff and customers", async () => {
  for (const query of ["{ orders(first: 1) { totalCount } }", "{ orderEvents(first: 1) { nodes { id } } }", "{ stockEvents(first: 1) { nodes { id } } }"]) {
    expectCode(await guest("kava").ask(query), "UNAUTHENTICATED", "FORBIDDEN");
  }
  const olena = await signIn("kava", "olena@kava.example");
  expectCode(await olena.ask("{ stockEvents(first: 1) { nodes { id } } }"), "FORBIDDEN");
});
