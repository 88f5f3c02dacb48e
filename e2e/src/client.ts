// A guest, customer or staff member of one tenant, over plain HTTP.

import { endpoint } from "./platform.ts";

export const DEMO_PASSWORD = "Demo-2026-pass";

export const SHOPS = ["kava", "knyhy"] as const;
export type ShopSlug = (typeof SHOPS)[number];

export interface GraphQLFailure {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string };
}

/** Response of a request. Codes of `errors` are in `codes`. */
export interface Answer<T> {
  status: number;
  data: T | null;
  errors: GraphQLFailure[];
  codes: string[];
  /** The raw body, for tests that check for forbidden text. */
  text: string;
}

export type Variables = Record<string, unknown>;

export class Client {
  constructor(
    readonly shop: ShopSlug,
    readonly token?: string,
    /** Address of the gateway. */
    readonly address: URL = endpoint,
  ) {}

  /** The same client at another gateway. */
  at(address: URL): Client {
    return new Client(this.shop, this.token, address);
  }

  headers(): Record<string, string> {
    const headers: Record<string, string> = { "x-tenant": this.shop };
    if (this.token) headers["authorization"] = `Bearer ${this.token}`;
    return headers;
  }

  /** Sends a request. Returns the response, with or without errors. */
  async ask<T = unknown>(query: string, variables: Variables = {}): Promise<Answer<T>> {
    return post<T>(JSON.stringify({ query, variables }), this.headers(), this.address);
  }

  /** Sends a request. Returns the data; throws if the response has errors. */
  async query<T>(query: string, variables: Variables = {}): Promise<T> {
    const answer = await this.ask<T>(query, variables);
    if (answer.errors.length > 0 || answer.data === null) {
      throw new Error(`expected data, got ${answer.status} ${answer.text.slice(0, 500)}`);
    }
    return answer.data;
  }
}

/** A client without a session. */
export const guest = (shop: ShopSlug): Client => new Client(shop);

/** The staff member with the role owner, who has all permissions. */
export const owner = (shop: ShopSlug): Promise<Client> => signIn(shop, `owner@${shop}.example`);

const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { accessToken userErrors { code message } }
}`;

interface SignedIn {
  signIn: { accessToken: string | null; userErrors: { code: string; message: string }[] };
}

export async function signIn(shop: ShopSlug, email: string, password = DEMO_PASSWORD): Promise<Client> {
  const { signIn } = await guest(shop).query<SignedIn>(SIGN_IN, { input: { email, password } });
  if (!signIn.accessToken) throw new Error(`${email} cannot sign in: ${JSON.stringify(signIn.userErrors)}`);
  return new Client(shop, signIn.accessToken);
}

/** Posts a raw body. */
export async function post<T = unknown>(
  body: string,
  headers: Record<string, string>,
  address = endpoint,
): Promise<Answer<T>> {
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", ...headers },
    body,
    signal: AbortSignal.timeout(30_000),
  });
  return readAnswer<T>(response.status, await response.text());
}

export function readAnswer<T>(status: number, text: string): Answer<T> {
  let parsed: { data?: T | null; errors?: GraphQLFailure[] };
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch (cause) {
    throw new Error(`the answer is not JSON: ${status} ${text.slice(0, 300)}`, { cause });
  }
  const errors = parsed.errors ?? [];
  const codes = errors.map((error) => error.extensions?.code ?? "(no code)");
  return { status, data: parsed.data ?? null, errors, codes, text };
}
