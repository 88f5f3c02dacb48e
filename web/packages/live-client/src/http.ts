// Queries and mutations over HTTP POST, with the errors of this package: enough for snapshots and for signing in.

import { errorOfFailures, errorOfStatus, errorOfThrown, LiveError } from "./errors.ts";
import type { GraphQLResult, Variables } from "./result.ts";
import { Credentials, type TokenSource } from "./transport.ts";

export interface HttpClientOptions {
  readonly url: string | URL;
  readonly token?: TokenSource;
  readonly tenant?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof fetch;
}

/** Resolves to the data of a request, or rejects with a `LiveError`. */
export type Ask = <Data>(query: string, variables?: Variables) => Promise<Data>;

/** A request whose token was refused is sent once more with a new one. */
export function httpClient(options: HttpClientOptions): Ask {
  const credentials = new Credentials(options.token);
  const ask = async <Data>(token: string | null, query: string, variables: Variables): Promise<Data> => {
    const result = await post<Data>(options, token, { query, variables });
    if (result.errors && result.errors.length > 0) throw errorOfFailures(result.errors);
    if (result.data === undefined || result.data === null) {
      throw new LiveError("the response has no data", { code: "PROTOCOL", remedy: "give-up" });
    }
    return result.data;
  };
  return async <Data>(query: string, variables: Variables = {}): Promise<Data> => {
    const token = await credentials.token();
    try {
      return await ask<Data>(token, query, variables);
    } catch (thrown) {
      const error = errorOfThrown(thrown);
      if (error.remedy !== "sign-in" || !credentials.refuse(token)) throw error;
      return ask<Data>(await credentials.token(), query, variables);
    }
  };
}

async function post<Data>(
  { url, tenant, headers, fetch: send = fetch }: HttpClientOptions,
  token: string | null,
  body: object,
): Promise<GraphQLResult<Data>> {
  const response = await send(url, {
    method: "POST",
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      ...(tenant === undefined ? {} : { "x-tenant": tenant }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  try {
    return JSON.parse(text) as GraphQLResult<Data>;
  } catch {
    throw errorOfStatus(response.status, text);
  }
}
