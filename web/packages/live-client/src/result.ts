// The shapes that GraphQL over any transport shares.

/** One entry of `errors`. */
export interface GraphQLFailure {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** What a server says about one event, or about a whole request. */
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

/** A text in `extensions`, if it is there and is a text. */
export function extensionText(extensions: GraphQLResult["extensions"], name: string): string | undefined {
  const value = extensions?.[name];
  return typeof value === "string" ? value : undefined;
}
