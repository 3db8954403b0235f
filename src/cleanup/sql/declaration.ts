import type { Place, PlFunction } from "../../pg/plpgsql/node.ts";
import { nameOf, tokensOf, wordOf, type Token } from "../../pg/plpgsql/position.ts";

const scanned = new WeakMap<PlFunction, Token[]>();

/** The tokens of a body, which is scanned once. */
export function bodyTokens(body: string, tree: PlFunction): Token[] {
  const tokens = scanned.get(tree) ?? tokensOf(body);
  scanned.set(tree, tokens);
  return tokens;
}

/**
 * The place of the declaration of a variable, from its name to its semicolon; null where the name is declared more than
 * once or not at all.
 */
export function declarationOf(body: string, tree: PlFunction, name: string): Place | null {
  const declared = tree.variables.filter(
    (one) => (one.kind === "scalar" || one.kind === "record") && one.declared && one.name === name,
  );
  if (declared.length !== 1) return null;
  const tokens = bodyTokens(body, tree);
  let inside = false;
  let first = true;
  const found: Place[] = [];
  for (const [index, token] of tokens.entries()) {
    const word = wordOf(token);
    if (word === "declare") [inside, first] = [true, true];
    else if (inside && first && word === "begin") inside = false;
    else if (inside && first) {
      const end = tokens.slice(index).find((one) => one.text === ";");
      if (end && nameOf(token) === name) found.push({ start: token.start, end: end.end });
      first = false;
    } else if (inside && token.text === ";") first = true;
  }
  const [only] = found;
  return found.length === 1 && only ? only : null;
}
