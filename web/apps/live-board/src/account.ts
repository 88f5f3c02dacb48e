// The signed-in account. The tokens stay in this tab: a reload keeps the session, another tab has a separate one.

import { httpClient, Session, type Ask, type Tokens } from "@shop-platform/live-client";

import { REFRESH_SESSION, SIGN_IN, SIGN_OUT } from "./api.ts";

export const ENDPOINT = new URL("/graphql", location.href).href;

const STORE = "live-board.account";

interface StoredAccount {
  shop: string;
  email: string;
  tokens: Tokens;
}

interface TokenPayload {
  accessToken: string | null;
  refreshToken: string | null;
  expiresAt: string | null;
  userErrors: { message: string }[];
}

export class Account {
  readonly shop: string;
  readonly email: string;
  readonly session: Session;
  /** Sends requests as the signed-in account. */
  readonly ask: Ask;
  /** Sends requests as a guest of the shop. */
  readonly askAsGuest: Ask;
  /** Called when the session has ended elsewhere. */
  onEnded: () => void = () => {};

  constructor({ shop, email, tokens }: StoredAccount) {
    this.shop = shop;
    this.email = email;
    this.askAsGuest = guestOf(shop);
    this.session = new Session({
      tokens,
      refresh: async (refreshToken) => {
        const { refreshSession } = await this.askAsGuest<{ refreshSession: TokenPayload }>(REFRESH_SESSION, {
          input: { refreshToken },
        });
        return tokensOf(refreshSession);
      },
      changed: (changed) => store({ shop, email, tokens: changed }),
      ended: () => {
        sessionStorage.removeItem(STORE);
        this.onEnded();
      },
    });
    this.ask = httpClient({ url: ENDPOINT, tenant: shop, token: this.session.token });
  }

  /** The account that was signed in before a reload. */
  static restore(): Account | undefined {
    const text = sessionStorage.getItem(STORE);
    return text === null ? undefined : new Account(JSON.parse(text) as StoredAccount);
  }

  /** Throws an error whose message is for the user. */
  static async signIn(shop: string, email: string, password: string): Promise<Account> {
    const response = await guestOf(shop)<{ signIn: TokenPayload }>(SIGN_IN, { input: { email, password } });
    const tokens = tokensOf(response.signIn);
    if (!tokens) throw new Error(response.signIn.userErrors[0]?.message ?? "That did not work.");
    const account = { shop, email, tokens };
    store(account);
    return new Account(account);
  }

  /** Ends the session at the platform, and in this tab in any case. */
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

const store = (account: StoredAccount): void => sessionStorage.setItem(STORE, JSON.stringify(account));

function tokensOf({ accessToken, refreshToken, expiresAt }: TokenPayload): Tokens | null {
  return accessToken && refreshToken && expiresAt ? { accessToken, refreshToken, expiresAt } : null;
}
