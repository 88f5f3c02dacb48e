// Keeps somebody signed in: one place that holds the tokens, and exchanges them when they are about to end or were
// refused. Several connections that ask at once share one exchange, since a refresh token is good for one.

import type { TokenRequest } from "./transport.ts";

/** What signing in answers. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token ends: ISO 8601. */
  readonly expiresAt: string;
}

export interface SessionOptions {
  readonly tokens: Tokens;
  /** Exchanges a refresh token (mutation `refreshSession`); null when the session is over. Throw when it is not known. */
  readonly refresh: (refreshToken: string) => Promise<Tokens | null>;
  /** There are new tokens: store them. */
  readonly changed?: (tokens: Tokens) => void;
  /** The session is over: sign in again. */
  readonly ended?: () => void;
  /** How long before its end an access token is exchanged; 60,000 by default. */
  readonly aheadMs?: number;
}

export class Session {
  readonly #options: SessionOptions;
  #tokens: Tokens | null;
  #exchange: Promise<string | null> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#tokens = options.tokens;
  }

  /** The current tokens; null once the session is over. */
  get tokens(): Tokens | null {
    return this.#tokens;
  }

  /** Give this to transports and to `httpClient` as `token`. */
  readonly token = async ({ refused }: TokenRequest): Promise<string | null> => {
    const tokens = this.#tokens;
    if (!tokens) return null;
    if (refused !== tokens.accessToken && !this.#endsSoon(tokens)) return tokens.accessToken;
    this.#exchange ??= this.#renew(tokens).finally(() => {
      this.#exchange = undefined;
    });
    return this.#exchange;
  };

  /** Forgets the tokens without telling anybody: after `signOut`. */
  forget(): void {
    this.#tokens = null;
  }

  #endsSoon({ expiresAt }: Tokens): boolean {
    return Date.parse(expiresAt) - Date.now() < (this.#options.aheadMs ?? 60_000);
  }

  async #renew(tokens: Tokens): Promise<string | null> {
    const renewed = await this.#options.refresh(tokens.refreshToken);
    // Signed out in the meantime.
    if (this.#tokens !== tokens) return this.#tokens?.accessToken ?? null;
    this.#tokens = renewed;
    if (renewed) this.#options.changed?.(renewed);
    else this.#options.ended?.();
    return renewed?.accessToken ?? null;
  }
}
