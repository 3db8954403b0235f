import { byFunction } from "../../pg/by-function.ts";
import type { FunctionFacts } from "../../classify/index.ts";
import { functionIndex, reach } from "../../classify/index.ts";
import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { call } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { nameKey, shownName } from "../../pg/name.ts";
import type { Cause } from "../cause.ts";
import type { SyncSource } from "../source/index.ts";

/** The functions of a catalog and the functions that they call. `facts` are in the order of the catalog. */
export interface Functions {
  catalog: Pick<Catalog, "functions">;
  facts: readonly FunctionFacts[];
}

/**
 * The reason why a hook must not be called: a function that it reaches has effects that a rollback does not reverse, or
 * cannot be read. Null if there is none.
 */
export function whyNotCalled({ catalog, facts }: Functions, start: FunctionFacts): Cause | null {
  const index = functionIndex(facts);
  const bodyOf = bodiesOf(catalog);
  const reached = reach(index, start).map((one) => one.facts);
  for (const one of reached) {
    // The functions of an extension are not in the catalog, and may do anything.
    const strange = one.calls.find((made) => made.schema !== null && index.resolve(made, one.searchPath).length === 0);
    const why: Cause | null =
      whyOut(one, bodyOf(one)) ??
      (strange
        ? {
            kind: "unknown call",
            function: nameKey(one),
            calls: shownName([strange.schema, strange.name].filter((part) => part !== null)),
          }
        : null);
    if (why !== null) return why;
  }
  return null;
}

/**
 * The reason why the expressions of a source must not be evaluated on a database with real data: they call a function
 * that has effects that a rollback does not reverse, or that cannot be read.
 */
export function whyNotEvaluated({ catalog, facts }: Functions, source: SyncSource): Cause | null {
  const index = functionIndex(facts);
  const bodyOf = bodiesOf(catalog);
  for (const text of [...source.claims.map(({ sql }) => sql), source.active?.sql ?? "true"]) {
    if (REACHES_OUT.test(text)) return { kind: "side effects", by: text };
    const starts: FunctionFacts[] = [];
    walk(parseExpr(text), (node) => {
      const made = call(node);
      const [name = "", schema = null] = made?.name.toReversed() ?? [];
      if (made) starts.push(...index.resolve({ schema, name, args: made.args }, null));
    });
    for (const { facts: one } of starts.flatMap((start) => reach(index, start))) {
      const why = whyOut(one, bodyOf(one));
      if (why !== null) return why;
    }
  }
  return null;
}

/**
 * True if the function of a trigger reaches effects that no rollback reverses; a scratch database does not prevent
 * those.
 */
export function triggerReachesOut({ catalog, facts }: Functions, fn: Pick<PgFunction, "schema" | "name">): boolean {
  const index = functionIndex(facts);
  const bodyOf = bodiesOf(catalog);
  return facts
    .filter((one) => one.schema === fn.schema && one.name === fn.name)
    .flatMap((start) => reach(index, start))
    .some((one) => REACHES_OUT.test(bodyOf(one.facts)));
}

/** The bodies of a catalog's functions. */
function bodiesOf(catalog: Functions["catalog"]): (one: FunctionFacts) => string {
  const functionOf = byFunction(catalog.functions);
  return (one) => functionOf(one)?.body ?? "";
}

function whyOut(one: FunctionFacts, body: string): Cause | null {
  const name = nameKey(one);
  if (REACHES_OUT.test(body)) return { kind: "side effects", by: name };
  // This includes C, untrusted languages, and SQL that is built at run time.
  return one.opaque === null ? null : { kind: "unread function", function: name, why: one.opaque };
}

// Other sessions, other machines, and the files of the server. pg_net's `net.http_…` only queues its requests, which a
// read-only transaction rejects.
const REACHES_OUT =
  /\bdblink|(?<!\bnet"?\."?)\bhttp(_\w+)?"?\s*\(|\bpg_background|\bpg_(terminate|cancel)_backend|\blo_export|\bpg_file_|\bcopy\b[^;]*\b(to|from)\s+(program\b|'\/)/i;
