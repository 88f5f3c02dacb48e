// Back-off: the delay before the next attempt to reconnect.

export interface Backoff {
  /** The first delay, in milliseconds; 500 by default. Jitter shortens it by up to half. */
  readonly initialMs: number;
  /** The longest delay, in milliseconds; 30,000 by default. Jitter shortens it by up to half. */
  readonly maxMs: number;
}

export const DEFAULT_BACKOFF: Backoff = { initialMs: 500, maxMs: 30_000 };

/**
 * Exponential back-off with jitter. The delay doubles with every attempt, counted from 1; jitter picks a random point in
 * its second half, so that clients that were disconnected together do not reconnect together.
 */
export function delayBefore(attempt: number, backoff: Backoff, random: () => number = Math.random): number {
  const full = Math.min(backoff.maxMs, backoff.initialMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full * (0.5 + random() / 2));
}
