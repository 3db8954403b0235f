import type { SqlType, TableName } from "./schema.ts";

/** A relation that columns can be named of. */
export interface Source {
  alias: string;
  table: TableName;
}

/** What can be named where an expression stands: scopes, the innermost last. The same object for all expressions of one place. */
export interface Env {
  scopes: readonly (readonly Source[])[];
  /** arguments of the function whose body this is */
  parameters: readonly { text: string; type: SqlType }[];
  /** relations that sub-queries may read here: without circles */
  readable: readonly TableName[];
}

/** An SQL expression as text with typed holes: enough to change a part, or to take one away. */
export interface Tree {
  /** what it is: `setting`, `and`, `initplan` … mutations look for it */
  tag: string;
  type: SqlType;
  env: Env;
  parts: readonly (string | Tree)[];
}

export const isTree = (part: string | Tree): part is Tree => typeof part !== "string";

/** A tree out of a template, with trees, operators and the like in its holes. */
export const tree =
  (tag: string, type: SqlType, env: Env) =>
  (strings: TemplateStringsArray, ...holes: (string | Tree)[]): Tree => ({
    tag,
    type,
    env,
    parts: strings.flatMap((text, index) => {
      const hole = holes[index];
      return [...(text === "" ? [] : [text]), ...(hole === undefined ? [] : [hole])];
    }),
  });

export const print = (node: Tree): string => node.parts.map((part) => (isTree(part) ? print(part) : part)).join("");

/** The holes of a tree, filled. */
export const kids = (node: Tree): Tree[] => node.parts.filter(isTree);

/** The tree and all its parts. */
export function* within(node: Tree): Generator<Tree> {
  yield node;
  for (const kid of kids(node)) yield* within(kid);
}

/** The tree with another part wherever the one stood. */
export function replace(node: Tree, from: Tree, to: Tree): Tree {
  if (node === from) return to;
  let changed = false;
  const parts = node.parts.map((part) => {
    if (!isTree(part)) return part;
    const made = replace(part, from, to);
    if (made !== part) changed = true;
    return made;
  });
  return changed ? { ...node, parts } : node;
}

/** An expression without holes. */
export const plain = (type: SqlType, env: Env, text: string, tag = "constant"): Tree => ({
  tag,
  type,
  env,
  parts: [text],
});
