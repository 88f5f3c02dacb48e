// Why a subscription stopped, and what helps: the one place that knows codes.

import { extensionText, type GraphQLFailure } from "./result.ts";

/**
 * Codes of the platform, plus three of our own: `NETWORK` (the connection broke or never came about),
 * `PROTOCOL` (client and server do not understand each other) and `HANDLER_FAILED` (the code that takes the
 * events threw). A code that is not in this list is passed on as it is.
 */
export type LiveErrorCode =
  | "BAD_REQUEST"
  | "GRAPHQL_PARSE_FAILED"
  | "GRAPHQL_VALIDATION_FAILED"
  | "TENANT_NOT_FOUND"
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "RATE_LIMITED"
  | "QUERY_TOO_COMPLEX"
  | "CURSOR_INVALID"
  | "CURSOR_EXPIRED"
  | "SERVICE_UNAVAILABLE"
  | "INTERNAL_SERVER_ERROR"
  | "NETWORK"
  | "PROTOCOL"
  | "HANDLER_FAILED"
  | (string & {});

/**
 * What helps against an error: `retry` after a while, `sign-in` (come back with a new token), `snapshot` (read
 * the whole list again and subscribe after it), or nothing: `give-up`.
 */
export type Remedy = "retry" | "sign-in" | "snapshot" | "give-up";

export interface LiveErrorOptions {
  readonly code: LiveErrorCode;
  readonly remedy: Remedy;
  readonly errors?: readonly GraphQLFailure[];
  readonly closeCode?: number;
  readonly cause?: unknown;
}

/** Every error that this package reports. */
export class LiveError extends Error {
  override readonly name = "LiveError";
  readonly code: LiveErrorCode;
  readonly remedy: Remedy;
  /** The `errors` of the answer, when there was one. */
  readonly errors: readonly GraphQLFailure[];
  /** The WebSocket's close code, when it was closed. */
  readonly closeCode: number | undefined;

  constructor(message: string, options: LiveErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.remedy = options.remedy;
    this.errors = options.errors ?? [];
    this.closeCode = options.closeCode;
  }
}

const REMEDIES: Readonly<Record<string, Remedy>> = {
  UNAUTHENTICATED: "sign-in",
  CURSOR_EXPIRED: "snapshot",
  RATE_LIMITED: "retry",
  SERVICE_UNAVAILABLE: "retry",
  INTERNAL_SERVER_ERROR: "retry",
  NETWORK: "retry",
};

/** The error behind the `errors` of a refused operation; the first one decides. */
export function errorOfFailures(errors: readonly GraphQLFailure[]): LiveError {
  const [first] = errors;
  const code = extensionText(first?.extensions, "code") ?? "INTERNAL_SERVER_ERROR";
  const remedy = REMEDIES[code] ?? "give-up";
  return new LiveError(first?.message ?? "the operation was refused", { code, remedy, errors });
}

/** Close codes after which coming back would end the same way. */
const FATAL_CLOSES: readonly number[] = [
  1002, // broken frames
  1003, // data of a kind that is not accepted
  1007, // text that is not UTF-8
  1008, // against a policy
  1009, // message too long
  1010, // extension missing
  1015, // TLS failed
  4004, // graphql-ws: an answer that is no message
  4005, // graphql-ws: the client itself failed
  4400, // not a message of the protocol
  4401, // an operation before the acknowledgement
  4406, // subprotocol
  4409, // operation id in use
  4429, // a second connection_init
  4500, // the server failed for good
];

const FORBIDDEN_CLOSE = 4403;
/** What 4403 may name that no other token cures. */
const INCURABLE = ["TENANT_NOT_FOUND", "BAD_REQUEST"];

/** The error behind a closed WebSocket. */
export function errorOfClose(closeCode: number, reason: string): LiveError {
  const named = /(?:^|\s)([A-Z]+(?:_[A-Z]+)+|FORBIDDEN)\b/.exec(reason)?.[1];
  const message = `the socket was closed: ${closeCode}${reason ? ` ${reason}` : ""}`;
  if (closeCode === FORBIDDEN_CLOSE) {
    const remedy = named !== undefined && INCURABLE.includes(named) ? "give-up" : "sign-in";
    return new LiveError(message, { code: named ?? "UNAUTHENTICATED", remedy, closeCode });
  }
  if (FATAL_CLOSES.includes(closeCode)) {
    return new LiveError(message, { code: "PROTOCOL", remedy: "give-up", closeCode });
  }
  const code = named ?? (closeCode === 1013 ? "SERVICE_UNAVAILABLE" : "NETWORK");
  return new LiveError(message, { code, remedy: "retry", closeCode });
}

/** The error behind an HTTP answer that is no stream; its body may be a GraphQL answer. */
export function errorOfStatus(status: number, body: string): LiveError {
  const errors = failuresIn(body);
  if (errors.length > 0) return errorOfFailures(errors);
  const message = `the server answered ${status}`;
  if (status === 401) return new LiveError(message, { code: "UNAUTHENTICATED", remedy: "sign-in" });
  if (status === 403) return new LiveError(message, { code: "FORBIDDEN", remedy: "give-up" });
  if (status === 429) return new LiveError(message, { code: "RATE_LIMITED", remedy: "retry" });
  if (status === 408 || status >= 500) {
    return new LiveError(message, { code: "SERVICE_UNAVAILABLE", remedy: "retry" });
  }
  return new LiveError(message, { code: "PROTOCOL", remedy: "give-up" });
}

/** Any thrown value as an error of ours; what is unknown counts as a broken connection. */
export function errorOfThrown(thrown: unknown): LiveError {
  if (thrown instanceof LiveError) return thrown;
  const message = thrown instanceof Error ? thrown.message : "the connection failed";
  return new LiveError(message || "the connection failed", { code: "NETWORK", remedy: "retry", cause: thrown });
}

function failuresIn(body: string): readonly GraphQLFailure[] {
  try {
    const { errors } = JSON.parse(body) as { errors?: readonly GraphQLFailure[] };
    return Array.isArray(errors) ? errors : [];
  } catch {
    return [];
  }
}
