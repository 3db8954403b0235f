import type { FunctionFacts } from "../../classify/index.ts";
import { byFunction } from "../../pg/by-function.ts";
import type { Catalog, PgFunction, UserType } from "../../pg/catalog.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { nameKey, namedBy, sameName } from "../../pg/name.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import {
  rowCondition,
  type ExpressionCalls,
  type Surface,
  type Target,
  type TestEnvironment,
} from "../environment/index.ts";
import { returnedSql, type Attempt, type Command } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { everywhere, inTheNameOf, insertInto, on, ownRow, returning, spareRow } from "./rows.ts";
import { mayLookUp } from "./may-look-up.ts";
import { signatureOf } from "./function.ts";

/** A function that an expression of a table calls, and the expression in words. */
export interface CalledByTable {
  fn: PgFunction;
  what: string;
  call: ExpressionCalls;
}

/**
 * The functions that may look rows up, and that a write of a table calls by a default, a generated column, a CHECK
 * constraint, or the domain of a column. PostgreSQL looks a name up when the expression is made, so no USAGE on the
 * schema is asked for.
 */
export function calledByTable(
  { columns, name }: Pick<Target, "columns" | "name">,
  { surface, catalog, facts }: { surface: Pick<Surface, "calls">; catalog: Catalog; facts: readonly FunctionFacts[] },
): CalledByTable[] {
  const factsOf = byFunction(facts);
  return surface.calls.flatMap((call): CalledByTable[] => {
    const ofDomain = call.by === "domain" || call.by === "domain default";
    const used = ofDomain
      ? columns.filter(({ type }) => domainsOf(type, catalog.types).includes(nameKey(call))).map((one) => one.name)
      : nameKey(call) === name
        ? call.columns
        : null;
    if (used === null || (ofDomain && used.length === 0)) return [];
    const what = ofDomain
      ? `the ${call.by === "domain" ? "CHECK" : "default"} of the domain \`${nameKey(call)}\``
      : call.by === "check"
        ? `a CHECK constraint of \`${name}\``
        : `${call.by === "default" ? "the default" : "the expression"} of \`${name}.${call.columns.join(", ")}\``;
    return catalog.functions
      .filter((fn) => call.functions.some((one) => sameName(one, fn)))
      .filter((fn) => !isPlatformFunction(catalog, fn) && mayLookUp(factsOf(fn)))
      .map((fn) => ({ fn, what, call: { ...call, columns: used } }));
  });
}

/** A type with the domains that it is based on. */
function domainsOf(type: string, types: readonly UserType[]): string[] {
  const found = namedBy(type, types);
  return found?.kind === "domain" ? [nameKey(found), ...domainsOf(found.base, types)] : [];
}

/**
 * Writes of own rows that leave columns to defaults which call functions that may look rows up: with RETURNING, and
 * without it, since the row that was written can be read later.
 */
export function defaultAttempts(
  target: Target,
  actor: Actor,
  environment: Pick<TestEnvironment, "surface" | "catalog" | "facts">,
): Attempt[] {
  const found = calledByTable(target, environment).filter(({ call }) => /default/.test(call.by));
  const [first] = found;
  if (!first) return [];
  const left = new Set(found.flatMap(({ call }) => call.columns));
  const { fn, what } = first;
  const cause = {
    door: "function" as const,
    object: { kind: "function" as const, name: signatureOf(fn) },
    message: `${what} calls \`${signatureOf(fn)}\`, which puts another tenant's data into the row that is written`,
    hint: "let it check the caller's tenant, or use a default that reads no rows",
  };
  const write = (command: Command, attack: string, sql: string): Attempt[] => {
    const both = { command, writesOwnRow: true as const, judge: { kind: "foreign" as const, cause } };
    return [
      on(target, {
        ...both,
        attack: `${attack}, returning`,
        sql: returnedSql(`${sql}${returning(target)}`),
        answer: "output",
        probe: null,
      }),
      on(target, { ...both, attack, sql, probe: everywhere(target) }),
    ];
  };
  const attempts: Attempt[] = [];
  const spare = spareRow(target, "own");
  if (spare) {
    const mine = inTheNameOf(actor, target, spare);
    const without = (names: ReadonlySet<string>): string =>
      insertInto(target, Object.fromEntries(Object.entries(mine).filter(([name]) => !names.has(name))));
    attempts.push(...write("INSERT", `insert own row with the default of ${[...left].join(", ")}`, without(left)));
    // the default of the tenant's column may need what the request does not send
    const some = new Set(
      [...left].filter((name) => !(name in target.filled.context) && !target.primaryKey.includes(name)),
    );
    if (some.size > 0 && some.size < left.size)
      attempts.push(...write("INSERT", `insert own row with the default of ${[...some].join(", ")}`, without(some)));
  }
  attempts.push(...write("INSERT", "insert default values", `insert into ${target.sql} as t default values`));
  const own = ownRow(target, actor);
  if (own)
    for (const name of [...left].slice(0, 4))
      attempts.push(
        ...write(
          "UPDATE",
          `set ${name} of own row to its default`,
          `update ${target.sql} t set ${quoteIdent(name)} = default where ${rowCondition(target, own)}`,
        ),
      );
  return attempts;
}
