import { byFunction } from "../../pg/by-function.ts";
import type { FunctionFacts } from "../../classify/index.ts";
import { functionIndex, reach } from "../../classify/index.ts";
import type { Catalog, PgFunction, Trigger } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { isPlatformSchema } from "../../pg/platform-schemas.ts";
import { as } from "../../pg/expr/node.ts";
import { parseStatements } from "../../pg/expr/parse.ts";
import { conjuncts } from "../../pg/expr/shape.ts";
import { nameKey, sameName, type NameKey } from "../../pg/name.ts";
import type { Operation, Around } from "../body/index.ts";
import { claimWork, type ClaimWork } from "../body/index.ts";

/** A trigger whose function writes claims, itself or with a function that it calls. */
export interface SyncTriggerOf {
  trigger: Trigger;
  fn: PgFunction;
  around: Around;
  /** the effects of its function on claims */
  work: ClaimWork;
  /** the functions that it calls and that write claims */
  through: NameKey[];
}

/** Triggers of the catalog that lead to a write of `auth.users.raw_app_meta_data`. */
export function syncTriggers(catalog: Catalog, facts: readonly FunctionFacts[]): SyncTriggerOf[] {
  const index = functionIndex(facts);
  const functionOf = byFunction(catalog.functions);
  const writesClaims = (one: FunctionFacts): boolean =>
    one.writesClaims.length > 0 || /raw_app_meta_data/i.test(functionOf(one)?.body ?? "");
  return catalog.triggers.flatMap((trigger) => {
    const fact = facts.find((one) => one.schema === trigger.function.schema && one.name === trigger.function.name);
    const fn = fact ? functionOf(fact) : undefined;
    if (!fact || !fn || isPlatformSchema(catalog, trigger.schema) || isClone(trigger, catalog)) return [];
    const reached = reach(index, fact).map((one) => one.facts);
    if (!reached.some(writesClaims)) return [];
    const work = claimWork(fn);
    const alone = fact.opaque === null && fact.calls.length === 0 && / AFTER /.test(trigger.definition);
    return [
      {
        trigger,
        fn,
        around: { ...firing(trigger), typeSchemas: typeSchemas(catalog, fact.searchPath) },
        work: { ...work, more: work.more || !alone },
        through: reached.filter((one) => one !== fact && writesClaims(one)).map(nameKey),
      },
    ];
  });
}

/** True for a copy of a trigger: Postgres clones the triggers of a partitioned table to its partitions. */
function isClone(trigger: Trigger, catalog: Catalog): boolean {
  const parent = catalog.relations.find(
    (one) => one.schema === trigger.schema && one.name === trigger.relation,
  )?.partitionOf;
  return (
    parent !== undefined &&
    parent !== null &&
    catalog.triggers.some(
      (one) =>
        one.schema === parent.schema &&
        one.relation === parent.name &&
        one.name === trigger.name &&
        sameName(one.function, trigger.function),
    )
  );
}

/**
 * The names of triggers on auth.users itself whose functions write claims there; the source of those claims is not
 * known.
 */
export function triggersOnUsers(catalog: Catalog, facts: readonly FunctionFacts[]): string[] {
  const functionOf = byFunction(catalog.functions);
  return catalog.triggers.flatMap(({ schema, relation, name, function: called }) => {
    if (schema !== "auth" || relation !== "users" || isPlatformFunction(catalog, called)) return [];
    const fact = facts.find((one) => sameName(one, called));
    const writes =
      (fact?.writesClaims ?? []).some(({ path }) => path[0] === "app_metadata") ||
      ASSIGNS.test((fact && functionOf(fact)?.body) ?? "");
    return writes ? [name] : [];
  });
}

const ASSIGNS =
  /\bnew\s*\.\s*raw_app_meta_data\s*:=|(?:;|\bbegin|\bthen|\belse|\bloop)\s*new\s*\.\s*raw_app_meta_data\s*=|\bset\s+raw_app_meta_data\s*=/i;

const EVENTS: readonly [Operation, number][] = [
  ["INSERT", 4],
  ["DELETE", 8],
  ["UPDATE", 16],
];

/** The events of a trigger, and its WHEN condition. */
function firing(trigger: Trigger): Pick<Around, "operations" | "when"> {
  try {
    const made = as("CreateTrigStmt", parseStatements(trigger.definition)[0]?.stmt);
    return {
      operations: EVENTS.flatMap(([operation, bit]) => ((made?.events ?? 0) & bit ? [operation] : [])),
      when: made?.whenClause ? conjuncts(made.whenClause) : [],
    };
  } catch {
    // A newer server prints a syntax that this grammar does not know: the condition is unknown.
    return { operations: ["INSERT", "UPDATE", "DELETE"], when: [null] };
  }
}

/**
 * The schema of each type that a body may name without one. A function without its own search_path runs with the
 * caller's; Supabase's default is assumed.
 */
function typeSchemas(catalog: Catalog, searchPath: readonly string[] | null): Map<string, string> {
  const found = new Map<string, string>();
  for (const schema of searchPath ?? ["public", "extensions"])
    for (const type of catalog.types) if (type.schema === schema && !found.has(type.name)) found.set(type.name, schema);
  return found;
}
