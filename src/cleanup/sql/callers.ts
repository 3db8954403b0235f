import { bodyOf } from "../../classify/index.ts";
import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import type { Elsewhere } from "../../pg/elsewhere.ts";
import { stringConst } from "../../pg/expr/shape.ts";
import { functionKey, type FunctionKey } from "../../pg/name.ts";
import { tokensOf } from "../../pg/plpgsql/position.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { otherUses } from "./other-uses.ts";

/** What may still call a function. */
export interface Callers {
  /** what names it in its text, a call or not */
  named: string[];
  /** functions that run a statement whose text is made at run time, and may name anything */
  dynamic: FunctionKey[];
}

/**
 * What in a catalog may still call one of these functions. PostgreSQL keeps no dependency for calls in bodies that are
 * texts, so each text is searched for the name.
 */
export function callersOf(catalog: Catalog, called: readonly PgFunction[], elsewhere: Elsewhere): Callers {
  const names = called.map(({ name }) => name);
  const words = new RegExp(`(?<![\\w$])(?:${names.map(escaped).join("|")})(?![\\w$])`, "i");
  const others = catalog.functions.filter(
    (fn) => !isPlatformFunction(catalog, fn) && !called.some((one) => isSame(one, fn)),
  );
  // the arguments have defaults
  const inBodies = others.filter(
    (fn) => holds(fn.sqlStandardBody ? fn.definition : fn.body, words) || words.test(fn.arguments),
  );
  return {
    named: [
      ...inBodies.map(functionKey),
      ...otherUses(
        catalog,
        names.map((name) => name.toLowerCase()),
        new Set(),
        elsewhere,
      )
        .filter(({ kind }) => kind !== "comment")
        .map(({ kind, name }) => `${kind} ${name}`),
    ],
    dynamic: others.filter((fn) => runsComputedText(fn)).map(functionKey),
  };
}

const isSame = (a: PgFunction, b: PgFunction): boolean => functionKey(a) === functionKey(b);

const escaped = (name: string): string => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** True if a token of the text holds one of the words: a comment is no token. A text without tokens counts as a whole. */
function holds(text: string, words: RegExp): boolean {
  try {
    return tokensOf(text).some((token) => words.test(token.text));
  } catch {
    return words.test(text);
  }
}

/** True for EXECUTE of anything but a constant, or format with a constant template whose %s are names of the function. */
function runsComputedText(fn: PgFunction): boolean {
  if (fn.language !== "plpgsql") return fn.language !== "sql" && fn.language !== "internal" && fn.language !== "c";
  const { executes, opaque } = bodyOf(fn);
  return opaque !== null || executes.some((text) => stringConst(text) === null);
}
