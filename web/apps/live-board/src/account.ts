// Who is signed in. The tokens stay in this tab: a reload keeps the session, another tab has its own.

import { httpClient, Session, type Ask, type Tokens } from "@shop-platform/live-client";

import { REFRESH_SESSION, SIGN_IN, SIGN_OUT } from "./api.ts";

export const ENDPOINT = new URL("/graphql", location.href).href;

const STORE = "live-board.account";

interface Kept {
  shop: string;
  email: string;
  tokens: Tokens;
}

interface TokenAnswer {
  accessToken: string | null;
  refreshToken: string | null;
  expiresAt: string | null;
  userErrors: { message: string }[];
}

export class Account {
  readonly shop: string;
  readonly email: string;
  readonly session: Session;
  /** Asks in the name of whoever is signed in. */
  readonly ask: Ask;
  /** Asks as anybody who visits the shop. */
  readonly askAsGuest: Ask;
  /** The session was ended elsewhere. */
  onEnded: () => void = () => {};

  constructor({ shop, email, tokens }: Kept) {
    this.shop = shop;
    this.email = email;
    this.askAsGuest = guestOf(shop);
    this.session = new Session({
      tokens,
      refresh: async (refreshToken) => {
        const { refreshSession } = await this.askAsGuest<{ refreshSession: TokenAnswer }>(REFRESH_SESSION, {
          input: { refreshToken },
        });
        return tokensOf(refreshSession);
      },
      changed: (changed) => keep({ shop, email, tokens: changed }),
      ended: () => {
        sessionStorage.removeItem(STORE);
        this.onEnded();
      },
    });
    this.ask = httpClient({ url: ENDPOINT, tenant: shop, token: this.session.token });
  }

  /** Whoever was signed in before a reload. */
  static kept(): Account | undefined {
    const text = sessionStorage.getItem(STORE);
    return text === null ? undefined : new Account(JSON.parse(text) as Kept);
  }

  /** Throws with what the person should read. */
  static async signIn(shop: string, email: string, password: string): Promise<Account> {
    const answer = await guestOf(shop)<{ signIn: TokenAnswer }>(SIGN_IN, { input: { email, password } });
    const tokens = tokensOf(answer.signIn);
    if (!tokens) throw new Error(answer.signIn.userErrors[0]?.message ?? "That did not work.");
    const kept = { shop, email, tokens };
    keep(kept);
    return new Account(kept);
  }

  /** Ends the session at the platform, and here in any case. */
  async signOut(): Promise<void> {
    sessionStorage.removeItem(STORE);
    try {
      await this.ask(SIGN_OUT);
    } finally {
      this.session.forget();
    }
  }
}

const guestOf = (shop: string): Ask => httpClient({ url: ENDPOINT, tenant: shop });

const keep = (kept: Kept): void => sessionStorage.setItem(STORE, JSON.stringify(kept));

function tokensOf({ accessToken, refreshToken, expiresAt }: TokenAnswer): Tokens | null {
  return accessToken && refreshToken && expiresAt ? { accessToken, refreshToken, expiresAt } : null;
}
