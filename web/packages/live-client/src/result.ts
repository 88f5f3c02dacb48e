// Shapes of GraphQL requests and results, the same over every transport.

/** One entry of `errors`. */
export interface GraphQLFailure {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The server's result of one event, or of a whole request. */
export interface GraphQLResult<Data = unknown> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphQLFailure[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export type Variables = Readonly<Record<string, unknown>>;

/** A document with its variables. */
export interface GraphQLRequest {
  readonly query: string;
  readonly variables?: Variables;
  readonly operationName?: string;
}

/** A string in `extensions`; undefined if it is absent or not a string. */
export function extensionText(extensions: GraphQLResult["extensions"], name: string): string | undefined {
  const value = extensions?.[name];
  return typeof value === "string" ? value : undefined;
}
