// Sends the operations of the editor: queries and mutations over HTTP, subscriptions over a WebSocket.

import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { createClient, type Client } from "graphql-ws";

import { ENDPOINT } from "../../../shared/account.ts";
import { account, TENANT } from "./caller.ts";

export const fetcher: Fetcher = async (operation, { headers: typed, ...options } = {}) => {
  const headers = await headersOf(typed);
  const send = createGraphiQLFetcher({
    url: ENDPOINT,
    headers: Object.fromEntries(headers),
    wsClient: socketFor(headers),
    enableIncrementalDelivery: false,
  });
  return send(operation, options);
};

/** The caller's headers. Those of the headers editor win, in whatever case they are typed. */
async function headersOf(typed: Record<string, string> = {}): Promise<Headers> {
  const headers = new Headers({ "x-tenant": TENANT });
  const token = await account()?.session.token({ refused: undefined });
  if (token) headers.set("authorization", `Bearer ${token}`);
  for (const [name, value] of Object.entries(typed)) headers.set(name, value);
  return headers;
}

/** Connects when a subscription starts. It does not reconnect: the result pane shows why a socket was closed. */
function socketFor(headers: Headers): Client {
  const authorization = headers.get("authorization");
  return createClient({
    url: ENDPOINT.replace(/^http/, "ws"),
    connectionParams: { tenant: headers.get("x-tenant"), ...(authorization === null ? {} : { authorization }) },
    retryAttempts: 0,
  });
}
