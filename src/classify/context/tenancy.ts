import { byFunction } from "../../pg/by-function.ts";
import type { Config } from "../../config.ts";
import type { Catalog, Relation } from "../../pg/catalog.ts";
import {
  claimOnly,
  distinctPaths,
  memberOnly,
  samePath,
  type ContextMap,
  type ContextType,
  type ContextVariable,
} from "../../pg/context.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { columnKey, nameKey, nameParts, type ColumnKey, type NameKey } from "../../pg/name.ts";
import type { ClassifiedPolicy } from "../classify.ts";
import type { FunctionFacts } from "../functions/index.ts";
import { contextType } from "./infer-type.ts";
import { isTenancyClaim, usesIn } from "../expression/index.ts";

/** The facts that determine the owner of a row. */
export interface Tenancy {
  /** mapped variables, and claims that policies read although no variable is mapped to them */
  context: ContextMap;
  /**
   * columns that hold a value of the context although no policy compares them with it: `schema.relation.column` → its
   * variable
   */
  columns: Record<string, string>;
  /** relations in which policies look up the caller's membership: `schema.relation` */
  memberships: NameKey[];
}

/**
 * The owners of rows, as far as the config declares them and policies show them: the mapped variables; claims without a
 * variable; the tenant column of the relation in which policies look up membership. `elsewhere`: trees of views and of
 * functions, which count where policies show no variable and no claim. Pure.
 */
export function tenancyOf(
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  facts: readonly FunctionFacts[],
  mapped: ContextMap,
  { declared, elsewhere }: { declared: Config["verify"]["tenant"]; elsewhere: readonly unknown[] },
): Tenancy {
  const variables = [...mapped.variables];
  const known = (path: readonly string[]): ContextVariable | undefined =>
    variables.find((variable) => samePath(variable.claim, path));
  for (const path of claimsRead(classified)) {
    // One meaning has one place in the token: where the map or more policies read another place, this one is read in
    // error.
    if (variables.some((variable) => variable.claim.at(-1) === path.at(-1))) continue;
    variables.push(claimOnly(path, typeOfClaim(path, catalog, facts, mapped)));
  }
  if (variables.length === 0) variables.push(...variablesElsewhere(elsewhere, catalog, facts, mapped));
  const columns: Record<string, string> = {};
  for (const [pattern, claim] of Object.entries(declared)) {
    const path = typeof claim === "string" ? claim.split(".") : claim;
    if (path.join() === "sub") continue;
    const variable = known(path) ?? claimOnly(path, columnType(pattern, catalog) ?? "text");
    if (!known(path)) variables.push(variable);
    columns[pattern] = variable.setting;
  }
  const memberships = membershipRelations(catalog, classified, facts);
  const member = membershipColumn(catalog, memberships);
  if (member && !variables.some((variable) => variable.claim.at(-1) === member.column)) {
    const variable = memberOnly(member.column, contextType(member.type) ?? "text");
    // Claims that identify the tenant take precedence.
    if (!hasColumn(catalog, variables)) {
      variables.push(variable);
      columns[member.name] = variable.setting;
    }
  }
  return {
    context: { claims: mapped.claims, variables },
    columns,
    memberships: memberships.map(({ relation }) => nameKey(relation)),
  };
}

/**
 * The claims and session variables by which views and functions choose rows where no policy does: those that are called
 * like a column, and those that are compared with one.
 */
function variablesElsewhere(
  trees: readonly unknown[],
  catalog: Catalog,
  facts: readonly FunctionFacts[],
  mapped: ContextMap,
): ContextVariable[] {
  const uses = trees.map((tree) => usesIn(tree, mapped.claims));
  const isColumn = (name: string | undefined): boolean =>
    catalog.relations.some(({ columns }) => columns.some((column) => column.name === name));
  const paths = [
    ...uses.flatMap(({ claims }) => claims.map(({ path }) => path)),
    ...facts.flatMap(({ claims }) => claims),
  ];
  const claims = distinctPaths(paths.filter((path) => isTenancyClaim(path) && path[0] !== "user_metadata"))
    .filter((path) => isColumn(path.at(-1)))
    .map((path) => {
      const casts = uses.flatMap((one) => one.claims).filter((read) => samePath(read.path, path));
      const type = casts.map(({ cast }) => contextType(cast)).find((cast) => cast !== null);
      return claimOnly(path, type ?? typeOfClaim(path, catalog, facts, mapped));
    });
  const settings = new Map(
    [...uses.flatMap((one) => one.settings), ...facts.flatMap(({ reads }) => reads)]
      .filter(({ setting, column }) => column !== null || isColumn(setting.split(".").at(-1)))
      .map(({ setting, cast, separator }) => [
        setting,
        { setting, claim: [], type: contextType(cast) ?? ("text" as const), separator: separator ?? "," },
      ]),
  );
  return [...claims, ...settings.values()];
}

/**
 * The claims that policies read, the most frequent first. Claims that users can write themselves count only where no
 * others are read.
 */
function claimsRead(classified: readonly ClassifiedPolicy[]): string[][] {
  const counts = new Map<string, { path: string[]; policies: number }>();
  for (const policy of classified)
    for (const path of policy.claims.filter(isTenancyClaim)) {
      const key = JSON.stringify(path);
      counts.set(key, { path, policies: (counts.get(key)?.policies ?? 0) + 1 });
    }
  const found = [...counts.values()].toSorted((a, b) => b.policies - a.policies).map(({ path }) => path);
  const trusted = found.filter(([first]) => first !== "user_metadata");
  return trusted.length > 0 ? trusted : found;
}

function typeOfClaim(
  path: readonly string[],
  catalog: Catalog,
  facts: readonly FunctionFacts[],
  { claims }: ContextMap,
): ContextType {
  for (const policy of catalog.policies)
    for (const text of [policy.using, policy.check])
      for (const read of text === null ? [] : usesIn(parseExpr(text), claims).claims) {
        const type = samePath(read.path, path) ? contextType(read.cast) : null;
        if (type) return type;
      }
  const functionOf = byFunction(catalog.functions);
  for (const fact of facts) {
    const returned = contextType((functionOf(fact)?.result ?? "").replace(/^SETOF /, ""));
    if (
      returned &&
      returned !== "boolean" &&
      fact.claims.length === 1 &&
      fact.claims.some((one) => samePath(one, path))
    )
      return returned;
  }
  const named = catalog.relations.flatMap((relation) => relation.columns.filter(({ name }) => name === path.at(-1)));
  return contextType(named[0]?.type ?? null) ?? "text";
}

function columnType(pattern: string, catalog: Catalog): ContextType | null {
  const name = nameParts(pattern)?.at(-1);
  const column = catalog.relations.flatMap((relation) => relation.columns).find((one) => one.name === name);
  return contextType(column?.type ?? null);
}

const hasColumn = (catalog: Catalog, variables: readonly ContextVariable[]): boolean =>
  variables.some((variable) =>
    catalog.relations.some((relation) => relation.columns.some(({ name }) => name === variable.claim.at(-1))),
  );

interface Membership {
  relation: Relation;
  userColumn: string;
}

/** The relations that policies query, themselves or in functions, and that have a column for the user. */
function membershipRelations(
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  facts: readonly FunctionFacts[],
): Membership[] {
  const tables = new Map(facts.map((fact) => [nameKey(fact), fact.tables]));
  const looked = new Set(
    classified.flatMap(({ relations, functions }) =>
      [...relations, ...functions.flatMap((fn) => tables.get(nameKey(fn)) ?? [])].map(nameKey),
    ),
  );
  return catalog.relations.flatMap((relation) => {
    if (!looked.has(nameKey(relation))) return [];
    const column = userColumn(relation, catalog);
    return column === null ? [] : [{ relation, userColumn: column }];
  });
}

/**
 * `select org_id from members where user_id = auth.uid()`: of the columns other than the user's, the one that most
 * other relations have, too.
 */
function membershipColumn(
  catalog: Catalog,
  memberships: readonly Membership[],
): { name: ColumnKey; column: string; type: string } | null {
  const candidates = memberships
    .flatMap(({ relation, userColumn: user }) =>
      relation.columns
        .filter(({ name, type }) => name !== user && name !== "id" && contextType(type) !== null)
        .map((column) => ({
          name: columnKey(relation, column.name),
          column: column.name,
          type: column.type,
          others: catalog.relations.filter(
            (other) =>
              other !== relation &&
              userColumn(other, catalog) !== column.name &&
              other.columns.some((one) => one.name === column.name && one.type === column.type),
          ).length,
        })),
    )
    .filter(({ column, others }) => others > 0 && /_id$|^tenant|^org|^team|^company/.test(column))
    .toSorted((a, b) => b.others - a.others);
  return candidates[0] ?? null;
}

/** The usual names of the column that holds a user's id. */
export const USER_COLUMNS = ["user_id", "auth_user_id", "profile_id", "member_id", "uid", "auth_id"];

/** The user column, found by its name or because the relation's own policies compare it with auth.uid(). */
function userColumn(relation: Relation, catalog: Catalog): string | null {
  const named = relation.columns.find(({ name, type }) => type === "uuid" && USER_COLUMNS.includes(name));
  if (named) return named.name;
  for (const { schema, relation: name, using, check } of catalog.policies)
    if (schema === relation.schema && name === relation.name) {
      const compared = /(\w+) = (?:\( ?SELECT )?auth\.uid\(\)/.exec(`${using} ${check}`)?.[1];
      if (compared !== undefined && relation.columns.some((column) => column.name === compared)) return compared;
    }
  return null;
}
