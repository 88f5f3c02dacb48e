// How long to wait before the next attempt.

export interface Backoff {
  /** About the first wait; 500 by default. */
  readonly initialMs: number;
  /** About the longest wait; 30,000 by default. */
  readonly maxMs: number;
}

export const DEFAULT_BACKOFF: Backoff = { initialMs: 500, maxMs: 30_000 };

/**
 * Doubles with every attempt, counted from 1, and takes a random moment in the second half of that time: clients
 * that were cut together do not come back together.
 */
export function delayBefore(attempt: number, backoff: Backoff, random: () => number = Math.random): number {
  const full = Math.min(backoff.maxMs, backoff.initialMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full * (0.5 + random() / 2));
}
