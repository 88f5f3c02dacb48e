// The signed-in account of a page of the gateway. Its tokens are in memory; a page may keep them elsewhere as well.

import { httpClient, LiveError, Session, type Ask, type Tokens } from "@shop-platform/live-client";

export const ENDPOINT = new URL("/graphql", location.href).href;

const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { accessToken refreshToken expiresAt userErrors { message } }
}`;

const REFRESH_SESSION = `mutation RefreshSession($input: RefreshSessionInput!) {
  refreshSession(input: $input) { accessToken refreshToken expiresAt userErrors { message } }
}`;

const SIGN_OUT = `mutation SignOut { signOut(input: {}) { userErrors { message } } }`;

export interface SignedIn {
  tenant: string;
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
  readonly tenant: string;
  readonly email: string;
  readonly session: Session;
  /** Sends requests as the signed-in account. */
  readonly ask: Ask;
  /** Called when the session has ended elsewhere. */
  onEnded: () => void = () => {};

  /** `changed` is called with new tokens, and with null once the session has ended. */
  constructor({ tenant, email, tokens }: SignedIn, changed: (account: SignedIn | null) => void = () => {}) {
    this.tenant = tenant;
    this.email = email;
    const ask = guestOf(tenant);
    this.session = new Session({
      tokens,
      refresh: async (refreshToken) => {
        const { refreshSession } = await ask<{ refreshSession: TokenPayload }>(REFRESH_SESSION, { input: { refreshToken } });
        return tokensOf(refreshSession);
      },
      changed: (renewed) => changed({ tenant, email, tokens: renewed }),
      ended: () => {
        changed(null);
        this.onEnded();
      },
    });
    this.ask = httpClient({ url: ENDPOINT, tenant, token: this.session.token });
  }

  /** Ends the session at the platform, and on this page in any case. */
  async signOut(): Promise<void> {
    try {
      await this.ask(SIGN_OUT);
    } finally {
      this.session.forget();
    }
  }
}

/** Throws an error whose message is for the user. */
export async function signIn(tenant: string, email: string, password: string): Promise<SignedIn> {
  const response = await guestOf(tenant)<{ signIn: TokenPayload }>(SIGN_IN, { input: { email, password } });
  const tokens = tokensOf(response.signIn);
  if (!tokens) throw new Error(response.signIn.userErrors[0]?.message ?? "That did not work.");
  return { tenant, email, tokens };
}

/** Sends requests as a guest of the tenant. */
export const guestOf = (tenant: string): Ask => httpClient({ url: ENDPOINT, tenant });

/** The tenant that the host name identifies, as in `kava.localhost`. */
export function tenantOfHost(): string | undefined {
  const [first, ...others] = location.hostname.split(".");
  return others.length > 0 && !/^[\d.]+$/.test(location.hostname) ? first : undefined;
}

export function messageOf(error: unknown): string {
  if (error instanceof LiveError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}

function tokensOf({ accessToken, refreshToken, expiresAt }: TokenPayload): Tokens | null {
  return accessToken && refreshToken && expiresAt ? { accessToken, refreshToken, expiresAt } : null;
}
