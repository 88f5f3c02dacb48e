// Relay: the second argument of `Network.create`.

import { Observable, type GraphQLResponse, type SubscribeFunction } from "relay-runtime";

import { observe, type AdapterOptions } from "./observe.ts";

export type LiveSubscribeOptions = AdapterOptions;

/** `Network.create(fetchQuery, liveSubscribe({ client }))`. Needs the operation's text: persisted ids are not resolved. */
export function liveSubscribe(options: LiveSubscribeOptions): SubscribeFunction {
  return ({ text, name }, variables) =>
    Observable.create<GraphQLResponse>((sink) =>
      observe(options, { query: text ?? "", variables, operationName: name }, {
        next: (result) => sink.next(result as unknown as GraphQLResponse),
        error: (error) => sink.error(error),
        complete: () => sink.complete(),
      }),
    );
}
