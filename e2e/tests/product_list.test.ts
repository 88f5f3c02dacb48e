// The list of products: sort orders, filters, pages in both directions.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { guest, SHOPS, type ShopSlug } from "../src/client.ts";
import { minorUnits, type Money } from "../src/shop.ts";

interface Product {
  id: string;
  slug: string;
  name: string;
  priceRange: { min: Money; max: Money };
  variants: { available: number; price: Money }[];
}

interface Page {
  products: {
    nodes: Product[];
    totalCount: number;
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  };
}

const LIST = `query List($first: Int, $after: String, $last: Int, $before: String, $sort: ProductSort, $filter: ProductFilter) {
  products(first: $first, after: $after, last: $last, before: $before, sort: $sort, filter: $filter) {
    nodes {
      id slug name
      priceRange { min { amount currencyCode } max { amount currencyCode } }
      variants { available price { amount currencyCode } }
    }
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

const list = async (shop: ShopSlug, variables: Record<string, unknown>): Promise<Page["products"]> =>
  (await guest(shop).query<Page>(LIST, variables)).products;

const slugs = (products: Product[]): string[] => products.map(({ slug }) => slug);

for (const shop of SHOPS) {
  describe(`the list of ${shop}`, () => {
    for (const sort of ["NAME", "PRICE_ASC", "PRICE_DESC", "NEWEST"]) {
      test(`by ${sort} is the same forwards, backwards and on one page`, async () => {
        const whole = await list(shop, { first: 100, sort });
        const forwards: Product[] = [];
        const backwards: Product[] = [];

        for (let after: string | null = null; ; ) {
          const page: Page["products"] = await list(shop, { first: 7, after, sort });
          forwards.push(...page.nodes);
          after = page.pageInfo.endCursor;
          if (!page.pageInfo.hasNextPage) break;
        }
        for (let before: string | null = null; ; ) {
          const page: Page["products"] = await list(shop, { last: 11, before, sort });
          backwards.unshift(...page.nodes);
          before = page.pageInfo.startCursor;
          if (!page.pageInfo.hasPreviousPage) break;
        }

        assert.ok(whole.totalCount >= 60);
        assert.equal(whole.nodes.length, whole.totalCount);
        assert.equal(new Set(slugs(whole.nodes)).size, whole.totalCount);
        assert.deepEqual(slugs(forwards), slugs(whole.nodes));
        assert.deepEqual(slugs(backwards), slugs(whole.nodes));
      });
    }

    test("by price is sorted by price, and the price range is that of the variants", async () => {
      const { nodes } = await list(shop, { first: 100, sort: "PRICE_ASC" });

      const prices = nodes.map(({ priceRange }) => minorUnits(priceRange.min));
      assert.ok(prices.every((price, at) => at === 0 || prices[at - 1]! <= price));
      for (const { priceRange, variants } of nodes) {
        const ofVariants = variants.map(({ price }) => Number(minorUnits(price)));
        assert.equal(Number(minorUnits(priceRange.min)), Math.min(...ofVariants));
        assert.equal(Number(minorUnits(priceRange.max)), Math.max(...ofVariants));
      }
    });

    test("can be filtered by availability, ids and slugs", async () => {
      const whole = await list(shop, { first: 100 });
      const inStock = await list(shop, { first: 100, filter: { available: true } });
      const soldOut = await list(shop, { first: 100, filter: { available: false } });
      const [one, two] = whole.nodes as [Product, Product];
      const byId = await list(shop, { first: 10, filter: { ids: [two.id] } });
      const bySlug = await list(shop, { first: 10, filter: { slugs: [one.slug, two.slug, "no-such-thing"] } });

      assert.ok(inStock.nodes.every(({ variants }) => variants.some(({ available }) => available > 0)));
      assert.ok(soldOut.nodes.every(({ variants }) => variants.every(({ available }) => available === 0)));
      assert.equal(inStock.totalCount + soldOut.totalCount, whole.totalCount);
      assert.deepEqual(slugs(byId.nodes), [two.slug]);
      assert.deepEqual(slugs(bySlug.nodes).sort(), [one.slug, two.slug].sort());
    });

    test("has names in the tenant's default language", async () => {
      const { nodes } = await list(shop, { first: 100 });

      assert.ok(nodes.every(({ name }) => /\p{Script=Cyrillic}/u.test(name) || /^[A-Z]/.test(name)));
      assert.ok(nodes.some(({ name }) => /[іїєґ]/i.test(name)), "Ukrainian is the default");
    });
  });
}
