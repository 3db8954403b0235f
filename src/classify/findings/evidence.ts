import { byFunction, type FunctionName } from "../../pg/by-function.ts";
import type { Catalog, PgFunction, Relation } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import type { ClaimsSource } from "../../pg/context.ts";
import { functionKey, nameKey, type FunctionKey, type QualifiedName } from "../../pg/name.ts";
import type { ClassifiedPolicy } from "../classify.ts";
import {
  bodyOf,
  functionIndex,
  reach,
  type Body,
  type FunctionFacts,
  type FunctionIndex,
  type Reached,
} from "../functions/index.ts";
import { usesIn, type CallName } from "../expression/index.ts";
import type { Config } from "../../config.ts";
import { declaredIn, type IsDeclared } from "./declared.ts";
import { requestsOf, type Requests } from "./requests.ts";

/** What is known about logins beside the catalog. */
export interface Logins {
  /** the role that the connection to a live database came as */
  connected: string | null;
  /** roles that the migrations name and do not create: whether they can log in is not known */
  unmade: readonly string[];
}

/** The catalog and all that was found out about it, with the look-ups that findings share. */
export interface Evidence {
  catalog: Catalog;
  classified: readonly ClassifiedPolicy[];
  /** those of the project, without those of the platform */
  facts: readonly FunctionFacts[];
  index: FunctionIndex;
  requests: Requests;
  relationOf(name: QualifiedName): Relation | undefined;
  definitionOf(fact: FunctionName): PgFunction | undefined;
  bodyOf(fn: PgFunction): Body;
  isDeclared: IsDeclared;
  logins: Logins;
}

/** The token by Supabase's function; a raw read of it is recognised in any case. */
export const ANY_SOURCE: ClaimsSource = { kind: "function", schema: "auth", name: "jwt" };

export function evidenceOf(
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  facts: readonly FunctionFacts[],
  verify: Config["verify"] | undefined,
  logins: Logins,
): Evidence {
  const relations = new Map(catalog.relations.map((one) => [nameKey(one), one]));
  const bodies = new Map<FunctionKey, Body>();
  return {
    catalog,
    classified,
    facts: facts.filter((fact) => !isPlatformFunction(catalog, fact)),
    index: functionIndex(facts),
    requests: requestsOf(catalog),
    relationOf: (name) => relations.get(nameKey(name)),
    definitionOf: byFunction(catalog.functions),
    isDeclared: declaredIn(verify),
    logins,
    bodyOf: (fn) => {
      const key = functionKey(fn);
      const known = bodies.get(key) ?? bodyOf(fn);
      bodies.set(key, known);
      return known;
    },
  };
}

/** The functions that a tree calls, and those that they call. */
export function reachedFrom(evidence: Evidence, tree: unknown, searchPath: readonly string[] | null = []): Reached[] {
  return usesIn(tree, ANY_SOURCE).calls.flatMap((call: CallName) =>
    evidence.index.resolve(call, searchPath).flatMap((fact) => reach(evidence.index, fact)),
  );
}

/** True if a relation's row security does not hold back what runs with the rights of this role. */
export function isBypassedBy({ catalog }: Evidence, relation: Relation, owner: string): boolean {
  const role = catalog.roles.find(({ name }) => name === owner);
  const above = role?.superuser === true || role?.bypassRls === true;
  return above || (relation.owner === owner && !relation.forceRowSecurity);
}
