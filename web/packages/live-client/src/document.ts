// Checks that a subscription's document can resume: it must take its start cursor from a variable.

/** The document or its use is wrong: an error of the program, not of the connection. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
}

const TOKENS = /"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|\.\.\.|[_A-Za-z]\w*|[^\s\w]/g;

/**
 * Throws unless the operation declares the variable and passes it to the argument `after`. Without that, a client
 * that reconnects would start at the same position again, and silently lose or repeat events.
 */
export function checkDocument(query: string, afterVariable: string, operationName?: string): void {
  const tokens = (query.match(TOKENS) ?? []).filter((token) => !token.startsWith("#") && !token.startsWith('"'));
  const operation = findSubscription(tokens, operationName);
  if (!operation) {
    const named = operationName === undefined ? "" : ` with the name ${operationName}`;
    throw new DocumentError(`the document has no subscription${named}`);
  }
  const declared = containsSequence(operation.declarations, ["$", afterVariable, ":"]);
  const used = containsSequence(tokens, ["after", ":", "$", afterVariable]);
  if (declared && used) return;
  throw new DocumentError(
    `the subscription cannot resume: declare a variable $${afterVariable} and pass it to the field, as in\n` +
      `  subscription Watch($${afterVariable}: String) { orderEvents(after: $${afterVariable}) { id cursor } }\n` +
      `(${declared ? `no field has \`after: $${afterVariable}\`` : `$${afterVariable} is not declared`}; ` +
      "another name can be set with `afterVariable`)",
  );
}

interface Operation {
  /** The tokens between the parentheses of its variable declarations. */
  declarations: string[];
}

function findSubscription(tokens: readonly string[], operationName: string | undefined): Operation | undefined {
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (token === "{") depth += 1;
    if (token === "}") depth -= 1;
    if (depth !== 0 || token !== "subscription" || !canFollowKeyword(tokens[at + 1])) continue;
    const unnamed = isPunctuation(tokens[at + 1]);
    if (operationName !== undefined && operationName !== (unnamed ? undefined : tokens[at + 1])) continue;
    return { declarations: declarationsFrom(tokens, unnamed ? at + 1 : at + 2) };
  }
  return undefined;
}

/** Whether a token may follow the keyword: a name, variables, a directive or the selection. */
const canFollowKeyword = (token: string | undefined): boolean =>
  token !== undefined && /^(?:[_A-Za-z]\w*|[({@])$/.test(token);

const isPunctuation = (token: string | undefined): boolean => token !== undefined && !/^\w/.test(token);

function declarationsFrom(tokens: readonly string[], start: number): string[] {
  if (tokens[start] !== "(") return [];
  const end = tokens.indexOf(")", start);
  return tokens.slice(start + 1, end < 0 ? undefined : end);
}

function containsSequence(tokens: readonly string[], sequence: readonly string[]): boolean {
  return tokens.some((_, at) => sequence.every((token, offset) => tokens[at + offset] === token));
}
