// urql: an exchange for subscriptions.

import { subscriptionExchange, type Exchange, type SubscriptionForwarder } from "@urql/core";

import { observe, type AdapterOptions } from "./observe.ts";

export type LiveExchangeOptions = AdapterOptions;

/** `exchanges: [cacheExchange, fetchExchange, liveExchange({ client })]`. */
export const liveExchange = (options: LiveExchangeOptions): Exchange =>
  subscriptionExchange({ forwardSubscription: forwardSubscription(options) });

/** For a custom `subscriptionExchange`. */
export function forwardSubscription(options: LiveExchangeOptions): SubscriptionForwarder {
  return ({ query, variables, operationName }) => ({
    subscribe: (observer) => {
      const request = {
        query: query ?? "",
        variables: (variables ?? {}) as Record<string, unknown>,
        ...(operationName ? { operationName } : {}),
      };
      return { unsubscribe: observe(options, request, observer) };
    },
  });
}
