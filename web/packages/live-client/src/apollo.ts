// Apollo Client: a link that handles subscriptions and forwards everything else.

import { ApolloLink, Observable } from "@apollo/client/core";
import { OperationTypeNode, print, type DocumentNode } from "graphql";

import { observe, type AdapterOptions } from "./observe.ts";

export type LiveLinkOptions = AdapterOptions;

/**
 * Put it before the link that sends queries: `ApolloLink.from([liveLink({ client }), httpLink])`. The document must
 * take `after` from a variable. Results have `cursor` and `replayed` in `extensions`, and are delivered once.
 */
export function liveLink(options: LiveLinkOptions): ApolloLink {
  return new ApolloLink((operation, forward) => {
    const { query, variables, operationName } = operation;
    if (!isSubscription(query, operationName)) return forward(operation);
    const request = { query: print(query), variables, ...(operationName ? { operationName } : {}) };
    return new Observable((observer) =>
      observe(options, request, {
        next: (result) => observer.next(result as unknown as ApolloLink.Result),
        error: (error) => observer.error(error),
        complete: () => observer.complete(),
      }),
    );
  });
}

function isSubscription(query: DocumentNode, operationName: string | undefined): boolean {
  return query.definitions.some(
    (definition) =>
      definition.kind === "OperationDefinition" &&
      definition.operation === OperationTypeNode.SUBSCRIPTION &&
      (!operationName || definition.name?.value === operationName),
  );
}
