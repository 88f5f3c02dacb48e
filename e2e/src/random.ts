// Random choices that can be repeated: the seed is printed, and SHOP_SEED sets it.

import type { TestContext } from "node:test";

export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed;
  }

  /** The generator of a test. Its seed goes into the test's output. */
  static of(t: TestContext): Random {
    const seed = Number(process.env["SHOP_SEED"] ?? Date.now() % 1_000_000);
    t.diagnostic(`SHOP_SEED=${seed}`);
    return new Random(seed);
  }

  /** From 0 to 1, without 1. */
  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }

  /** A whole number from `from` to `to`, both included. */
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
