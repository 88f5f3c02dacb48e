// Repeatable random choices: each test prints its seed, and SHOP_SEED sets it.

import type { TestContext } from "node:test";

export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed;
  }

  /** The generator of a test. Prints the seed to the test's output. */
  static of(t: TestContext): Random {
    const seed = Number(process.env["SHOP_SEED"] ?? Date.now() % 1_000_000);
    t.diagnostic(`SHOP_SEED=${seed}`);
    return new Random(seed);
  }

  /** From 0 to 1, excluding 1. */
  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }

  /** An integer from `from` to `to`, inclusive. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)]!;
  }
}
