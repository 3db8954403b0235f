import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import { distinctPaths, type ClaimsSource } from "../../pg/context.ts";
import { as } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import { bodyOf, type Body } from "./body.ts";
import {
  failsOpen,
  usesIn,
  type CallName,
  type Fallback,
  type FoundCall,
  type FoundSetting,
  type Uses,
} from "../expression/index.ts";
import { functionIndex, reach, returnsOnlySetting, type FunctionIndex } from "./called-functions.ts";
import type { SettingUse } from "../expression/index.ts";
import { readTokenFunctions } from "./token-functions.ts";
import { argumentsIn, claimWrites, executed, settingWrites } from "./writes.ts";
import type { FunctionFacts, FunctionCall } from "./facts.ts";

/**
 * The facts about every function of the catalog, in its order. Bodies in SQL and PL/pgSQL are parsed; others are
 * opaque. Never throws for the contents of a body.
 */
export function analyseFunctions(catalog: Catalog, source: ClaimsSource): FunctionFacts[] {
  const readable = readTokenFunctions(catalog, source);
  const drafts = catalog.functions.map((fn) => draftOf(fn, source, readable));
  const byDraft = functionIndex(drafts.map((draft) => settle(draft, () => null)));
  const settled = drafts.map((draft) => ({
    body: draft.body,
    found: settle(draft, (name) => claimOf(byDraft, name, draft.searchPath)),
  }));
  const index = functionIndex(settled.map(({ found }) => found));
  return settled.map(({ body, found }): FunctionFacts => {
    // A call without a schema that matches no function of the catalog is a call of a built-in function.
    const calls = found.calls.filter(
      (made) => made.schema !== null || index.resolve(made, found.searchPath).length > 0,
    );
    const fact = { ...found, calls };
    return fact.reads.length + fact.calls.length > 0
      ? {
          ...fact,
          failsOpen: failsOpen(body.trees, source, (schema, name) => returnsOnlySetting(index, { schema, name })),
        }
      : fact;
  });
}

interface Draft {
  fn: PgFunction;
  body: Body;
  uses: Uses;
  searchPath: string[] | null;
  opaque: string | null;
}

function draftOf(fn: PgFunction, source: ClaimsSource, readable: <T>(tree: T) => T): Draft {
  const body = readable(bodyOf(fn));
  // The default of an argument is evaluated for a caller who omits the argument.
  if (!fn.sqlStandardBody && fn.arguments.includes("current_setting")) body.trees.push(...defaultsOf(fn));
  const runs = body.executes.map((text) => executed(text)?.tree ?? null);
  const uses = usesIn([body.trees, runs], source);
  const opaque =
    body.opaque ??
    (runs.includes(null) ? "it runs SQL that it builds at run time" : null) ??
    (uses.computedName ? "it computes the name of a setting that it reads" : null);
  return { fn, body, uses, searchPath: searchPathOf(fn), opaque };
}

function defaultsOf(fn: PgFunction): unknown[] {
  return fn.arguments
    .split(/\bDEFAULT\b/)
    .slice(1)
    .flatMap((text) => {
      // The default extends to the next argument, whose start only the parser can find: it is the longest prefix that
      // is one expression.
      const parts = text.split(",");
      for (let count = parts.length; count > 0; count -= 1) {
        try {
          return [parseExpr(parts.slice(0, count).join(","))];
        } catch {
          // A shorter prefix may parse.
        }
      }
      return [];
    });
}

/** `search_path=public, extensions` of ALTER FUNCTION … SET. */
function searchPathOf(fn: PgFunction): string[] | null {
  const setting = fn.settings.find((one) => one.startsWith("search_path="));
  if (setting === undefined) return null;
  return setting
    .slice("search_path=".length)
    .split(",")
    .map((part) => part.trim().replaceAll(/^"|"$/g, ""))
    .filter((part) => part !== "" && part !== "$user");
}

function settle(draft: Draft, claimOf: (call: CallName) => string[] | null): FunctionFacts {
  const { fn, body, uses } = draft;
  const reads = uses.settings.map((use) => settleRead(use, claimOf));
  return {
    schema: fn.schema,
    name: fn.name,
    identityArguments: fn.identityArguments,
    reads: [...new Map(reads.map((read) => [JSON.stringify(read), read])).values()],
    sets: settingWrites(fn, body),
    claims: distinctPaths(uses.claims.map((claim) => claim.path).filter((path) => path.length > 0)),
    writesClaims: claimWrites(fn, body),
    calls: distinctCalls(uses.calls, fn, claimOf),
    tables: relationsIn(body.trees),
    opaque: draft.opaque,
    failsOpen: false,
    searchPath: draft.searchPath,
  };
}

/** A read with its fallback resolved. */
export function settleRead(found: FoundSetting, claimOf: (call: CallName) => string[] | null): SettingUse {
  const claimPath = settleFallback(found.fallback, claimOf);
  const { setting, missingOk, emptyIsNull, cast, separator, asFlag, presence, column } = found;
  return {
    setting,
    missingOk,
    emptyIsNull,
    cast,
    separator,
    hasClaimFallback: claimPath !== null,
    claimPath,
    asFlag,
    presence,
    column,
  };
}

export function settleFallback(fallback: Fallback, claimOf: (call: CallName) => string[] | null): string[] | null {
  if (fallback === null) return null;
  return "path" in fallback ? fallback.path : claimOf(fallback.call);
}

function distinctCalls(
  calls: readonly FoundCall[],
  fn: PgFunction,
  claimOf: (call: CallName) => string[] | null,
): FunctionCall[] {
  const settled = calls.map((made): FunctionCall => ({
    schema: made.schema,
    name: made.name,
    claimPath: settleFallback(made.fallback, claimOf),
    passes: made.args.map((arg) => argumentsIn(as("NamedArgExpr", arg)?.arg ?? arg, fn)[0] ?? null),
  }));
  return [...new Map(settled.map((made) => [JSON.stringify(made), made])).values()];
}

/** The claim that a call returns, if its function reads that claim and nothing else. */
export function claimOf(index: FunctionIndex, call: CallName, searchPath: readonly string[] | null): string[] | null {
  const reached = index.resolve(call, searchPath).flatMap((fact) => reach(index, fact));
  if (reached.length === 0 || reached.some(({ facts }) => facts.reads.length > 0 || facts.tables.length > 0))
    return null;
  const paths = distinctPaths(reached.flatMap(({ facts }) => facts.claims));
  const [only] = paths;
  return paths.length === 1 && only !== undefined ? only : null;
}
