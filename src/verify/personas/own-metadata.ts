import { calledKey, literalsOf } from "../../fixtures/index.ts";
import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import type { ContextMap } from "../../pg/context.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr, parseStatements } from "../../pg/expr/parse.ts";
import { claimRead } from "../../pg/expr/reads.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";

/** A value in a part of the token that every user can write, and that a policy or a function compares. */
export interface OwnMetadata {
  /** `["user_metadata", "role"]` */
  path: string[];
  value: unknown;
}

/** The largest number of such values: each is a persona. */
const MOST = 4;

/**
 * The values that policies, and functions that they may call, expect in `user_metadata`: every user can write them
 * there.
 */
export function ownMetadata(catalog: Catalog, context: ContextMap): OwnMetadata[] {
  const found = new Map<string, OwnMetadata>();
  const add = (path: string[], value: unknown): void => {
    found.set(JSON.stringify([path, value]), { path, value });
  };
  const helpers = new Map(
    catalog.functions.flatMap((fn) => {
      const path = soleReading(fn);
      return path ? [[nameKey(fn), path] as const] : [];
    }),
  );
  const look = (tree: unknown): void => lookAt(tree, context, helpers, add);
  for (const { using, check } of catalog.policies)
    for (const text of [using, check]) if (text !== null) look(parseExpr(text));
  for (const fn of catalog.functions) {
    if (!fn.body.includes("user_metadata")) continue;
    const tree = treeOf(fn);
    if (tree !== null) look(tree);
    else for (const [path, value] of comparedIn(fn.body)) add(path, value);
  }
  return [...found.values()].slice(0, MOST);
}

function lookAt(
  tree: unknown,
  context: ContextMap,
  helpers: ReadonlyMap<NameKey, string[]>,
  add: (path: string[], value: unknown) => void,
): void {
  const readIn = (node: Expr | undefined): { path: string[]; json: boolean } | null => {
    let found: { path: string[]; json: boolean } | null = null;
    walk(node, (inner) => {
      const read = claimRead(inner, context.claims);
      if (read) {
        if (isOwn(read.path)) found ??= { path: read.path, json: read.kind === "json" && read.cast === null };
        return false;
      }
      const called = calledKey(inner);
      const helper = called === null ? undefined : helpers.get(called);
      if (helper) found ??= { path: helper, json: false };
      return found === null;
    });
    return found;
  };
  walk(tree, (node) => {
    const read = claimRead(node, context.claims);
    if (read) {
      if (read.cast === "boolean" && isOwn(read.path)) add(read.path, true);
      return false;
    }
    const expression = as("A_Expr", node);
    if (!expression) return;
    const operator = nameParts(expression.name).at(-1) ?? "";
    for (const [one, other] of [
      [expression.lexpr, expression.rexpr],
      [expression.rexpr, expression.lexpr],
    ] as const) {
      const literals = literalsOf(other);
      const about = literals.length > 0 && ["=", "?"].includes(operator) ? readIn(one) : null;
      for (const literal of about ? literals : [])
        if (about) add(about.path, operator === "?" ? [literal] : about.json ? parsed(literal) : literal);
    }
  });
}

const isOwn = (path: readonly string[]): boolean => path[0] === "user_metadata" && path.length > 1;

/** A body in another language, or one that does not parse, has no tree. */
function treeOf(fn: PgFunction): unknown {
  if (fn.language !== "sql" || fn.sqlStandardBody) return null;
  try {
    return parseStatements(fn.body);
  } catch {
    return null;
  }
}

const READ = /'user_metadata'\s*(?:::\s*text\s*)?\)?\s*->>?\s*'(\w+)'/g;

/** The only path that a function reads, if it returns the value or an expression of it. */
function soleReading(fn: PgFunction): string[] | null {
  const keys = new Set([...fn.body.matchAll(READ)].map(([, key = ""]) => key));
  const [key] = keys;
  return key === undefined || keys.size > 1 || fn.result === "boolean" ? null : ["user_metadata", key];
}

/** Literals that follow a reading up to the end of its statement, if the body has no tree. */
function comparedIn(body: string): [string[], string][] {
  return [...body.matchAll(READ)].flatMap(({ 1: key = "", 0: whole, index }) => {
    const rest = body.slice(index + whole.length).split(";", 1)[0] ?? "";
    const compared =
      /^[\s)]*(?:::\s*text)?[\s)]*(?:=|in\b)\s*(?:any\s*)?\(?\s*(?:array\s*\[)?((?:\s*'[^']*'\s*,?)+)/i.exec(rest);
    return [...(compared?.[1] ?? "").matchAll(/'([^']*)'/g)].map(([, value = ""]): [string[], string] => [
      ["user_metadata", key],
      value,
    ]);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
