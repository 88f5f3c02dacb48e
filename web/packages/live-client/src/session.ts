// Session of a signed-in account: holds the tokens, and refreshes them when they are about to expire or were refused.
// Connections that ask at the same time share one refresh, because a refresh token can be used only once.

import type { TokenRequest } from "./transport.ts";

/** Tokens of a sign-in. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token expires: ISO 8601. */
  readonly expiresAt: string;
}

export interface SessionOptions {
  readonly tokens: Tokens;
  /** Exchanges a refresh token (mutation `refreshSession`); null if the session has ended. Throw if that is unknown. */
  readonly refresh: (refreshToken: string) => Promise<Tokens | null>;
  /** Called with new tokens: store them. */
  readonly changed?: (tokens: Tokens) => void;
  /** Called when the session has ended: the user must sign in again. */
  readonly ended?: () => void;
  /** How long before its expiry an access token is refreshed, in milliseconds; 60,000 by default. */
  readonly aheadMs?: number;
}

export class Session {
  readonly #options: SessionOptions;
  #tokens: Tokens | null;
  #refreshing: Promise<string | null> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#tokens = options.tokens;
  }

  /** The current tokens; null once the session has ended. */
  get tokens(): Tokens | null {
    return this.#tokens;
  }

  /** Pass this to transports and to `httpClient` as `token`. */
  readonly token = async ({ refused }: TokenRequest): Promise<string | null> => {
    const tokens = this.#tokens;
    if (!tokens) return null;
    if (refused !== tokens.accessToken && !this.#expiresSoon(tokens)) return tokens.accessToken;
    this.#refreshing ??= this.#refresh(tokens).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  };

  /** Drops the tokens without calling `ended`; for use after `signOut`. */
  forget(): void {
    this.#tokens = null;
  }

  #expiresSoon({ expiresAt }: Tokens): boolean {
    return Date.parse(expiresAt) - Date.now() < (this.#options.aheadMs ?? 60_000);
  }

  async #refresh(tokens: Tokens): Promise<string | null> {
    const renewed = await this.#options.refresh(tokens.refreshToken);
    // The user signed out meanwhile.
    if (this.#tokens !== tokens) return this.#tokens?.accessToken ?? null;
    this.#tokens = renewed;
    if (renewed) this.#options.changed?.(renewed);
    else this.#options.ended?.();
    return renewed?.accessToken ?? null;
  }
}
