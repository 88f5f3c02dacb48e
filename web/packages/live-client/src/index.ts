// Resumable subscriptions. Transports and adapters of client libraries have separate entry points.

export { DEFAULT_BACKOFF, delayBefore, type Backoff } from "./backoff.ts";
export {
  LiveClient, type LiveClientOptions, type LiveIterator, type LiveOptions,
} from "./client.ts";
export { checkDocument, DocumentError } from "./document.ts";
export {
  errorOfClose, errorOfFailures, errorOfStatus, errorOfThrown, LiveError,
  type LiveErrorCode, type LiveErrorOptions, type Remedy,
} from "./errors.ts";
export { EventStreamParser, type StreamBlock } from "./event-stream.ts";
export { httpClient, type Ask, type HttpClientOptions } from "./http.ts";
export { idOfRootField, Position, type EventId, type LiveEvent, type PositionOptions } from "./position.ts";
export type { GraphQLFailure, GraphQLRequest, GraphQLResult, Variables } from "./result.ts";
export { Session, type SessionOptions, type Tokens } from "./session.ts";
export {
  snapshotThenSubscribe, type Change, type LiveList, type SnapshotThenSubscribe,
} from "./snapshot.ts";
export type {
  LiveCounts, LiveHandlers, LiveState, LiveStatus, LiveSubscription, SubscriptionOptions,
} from "./subscription.ts";
export type { Connection, Opening, TokenRequest, TokenSource, Transport, TransportSink } from "./transport.ts";
