// Shared by the adapters of client libraries: delivers a subscription to an observer as plain results.

import type { LiveClient, LiveOptions } from "./client.ts";
import type { GraphQLFailure, GraphQLRequest } from "./result.ts";
import type { LiveStatus } from "./subscription.ts";

export interface AdapterOptions extends LiveOptions {
  readonly client: LiveClient;
  /** Called when the connection status of a subscription changes. */
  readonly status?: (status: LiveStatus, request: GraphQLRequest) => void;
}

/** A result in the shape that the libraries accept. */
export interface AdaptedResult {
  data: Record<string, unknown> | null;
  extensions: Record<string, unknown>;
  errors?: GraphQLFailure[];
}

export interface Observer {
  next(result: AdaptedResult): void;
  error(error: Error): void;
  complete(): void;
}

/**
 * Runs a subscription for a library and returns the function that ends it. A document that cannot resume is reported
 * to `observer.error`.
 */
export function observe(
  { client, status, ...options }: AdapterOptions,
  request: GraphQLRequest,
  observer: Observer,
): () => void {
  try {
    const subscription = client.subscribe<Record<string, unknown>>(
      request,
      {
        next: ({ data, errors, extensions }) =>
          observer.next({ data, extensions: { ...extensions }, ...(errors.length > 0 ? { errors: [...errors] } : {}) }),
        error: (error) => observer.error(error),
        complete: () => observer.complete(),
        status: (current) => status?.(current, request),
      },
      options,
    );
    return () => subscription.close();
  } catch (error) {
    observer.error(error instanceof Error ? error : new Error(String(error)));
    return () => {};
  }
}
