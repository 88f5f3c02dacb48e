// Errors of this package: why a subscription stopped, and the remedy. The only place that knows error codes.

import { extensionText, type GraphQLFailure } from "./result.ts";

/**
 * Codes of the platform, plus three of this package: `NETWORK` (the connection broke or could not be made),
 * `PROTOCOL` (client and server do not understand each other) and `HANDLER_FAILED` (the application's event handler
 * threw). Unknown codes are passed on unchanged.
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
 * What fixes an error: `retry` (reconnect after a delay), `sign-in` (reconnect with a new token), `snapshot` (read the
 * whole list again and subscribe after it), or nothing: `give-up`.
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
  /** The `errors` of the response, if there was one. */
  readonly errors: readonly GraphQLFailure[];
  /** The close code of the WebSocket, if it was closed. */
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

/** Converts the `errors` of a refused operation; the first one decides. */
export function errorOfFailures(errors: readonly GraphQLFailure[]): LiveError {
  const [first] = errors;
  const code = extensionText(first?.extensions, "code") ?? "INTERNAL_SERVER_ERROR";
  const remedy = REMEDIES[code] ?? "give-up";
  return new LiveError(first?.message ?? "the operation was refused", { code, remedy, errors });
}

/** Close codes after which reconnecting would fail the same way. */
const FATAL_CLOSES: readonly number[] = [
  1002, // malformed frames
  1003, // unsupported type of data
  1007, // text that is not UTF-8
  1008, // policy violation
  1009, // message too long
  1010, // extension missing
  1015, // TLS failed
  4004, // graphql-ws: invalid response
  4005, // graphql-ws: the client itself failed
  4400, // invalid message
  4401, // operation before the acknowledgement
  4406, // subprotocol not accepted
  4409, // operation id in use
  4429, // second connection_init
  4500, // internal server error, permanent
];

const FORBIDDEN_CLOSE = 4403;
/** Codes in the reason of 4403 that a new token cannot fix. */
const NOT_FIXED_BY_TOKEN = ["TENANT_NOT_FOUND", "BAD_REQUEST"];

/** Converts the close of a WebSocket. */
export function errorOfClose(closeCode: number, reason: string): LiveError {
  const named = /(?:^|\s)([A-Z]+(?:_[A-Z]+)+|FORBIDDEN)\b/.exec(reason)?.[1];
  const message = `the socket was closed: ${closeCode}${reason ? ` ${reason}` : ""}`;
  if (closeCode === FORBIDDEN_CLOSE) {
    const remedy = named !== undefined && NOT_FIXED_BY_TOKEN.includes(named) ? "give-up" : "sign-in";
    return new LiveError(message, { code: named ?? "UNAUTHENTICATED", remedy, closeCode });
  }
  if (FATAL_CLOSES.includes(closeCode)) {
    return new LiveError(message, { code: "PROTOCOL", remedy: "give-up", closeCode });
  }
  const code = named ?? (closeCode === 1013 ? "SERVICE_UNAVAILABLE" : "NETWORK");
  return new LiveError(message, { code, remedy: "retry", closeCode });
}

/** Converts an HTTP response that is not a stream; its body may be a GraphQL result. */
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

/** Converts any thrown value; unknown values count as a broken connection. */
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
