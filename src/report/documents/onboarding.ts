import type { Values } from "../../documents/index.ts";
import type { Condition, PolicyAccess, RelationAccess } from "../../access/index.ts";
import type { ClaimsSource } from "../../pg/context.ts";
import { identForReading, quoteLiteral } from "../../pg/identifier.ts";
import { nameKey } from "../../pg/name.ts";
import type { ClaimFact, DocumentFacts } from "../../pipeline/document-facts.ts";
import { functionNames } from "./functions.ts";
import { code, listed } from "./text.ts";

/** The values of the template `onboarding`: the pattern and the recipe for debugging, with names of the project. */
export function onboardingValues(facts: DocumentFacts): Values {
  const { matrix, claims, source, tokenSetting, tenant } = facts;
  const role = requestRole(facts);
  const rows =
    claims.find((claim) => claim.decides === "rows" && claim.path.at(-1) === tenant?.column) ??
    claims.find(({ decides }) => decides === "rows");
  const rights = claims.find(({ decides, constants }) => decides === "rights" && constants.length > 0);
  const column = tenant?.column ?? rows?.path.at(-1) ?? "";
  const example = exampleOf(matrix.relations, column);
  const roleValues = example?.policies
    .flatMap(({ usingConditions }) => usingConditions ?? [])
    .find((one) => one.kind === "one of" && one.from.claim?.join(".") === rights?.path.join("."));
  const constants = roleValues?.kind === "one of" ? roleValues.values : (rights?.constants.slice(0, 2) ?? []);
  const writers = [...new Set(claims.flatMap((claim) => claim.writers.map(({ key }) => functionNames(matrix)(key))))];
  const table = example === undefined ? "" : nameKey(example);
  const isKnown = rows !== undefined && example !== undefined && role !== null;
  return {
    isKnown,
    tokenFunction: code(sourceText(source)),
    claims: claims.map((claim) => ({
      claim: code(claim.path.join(".")),
      type: claim.type,
      decides:
        claim.decides === "rows" ? "which rows" : claim.decides === "rights" ? "what the caller may do" : "not known",
    })),
    writers: listed(writers),
    readsVariables: matrix.relations.some(({ policies }) => policies.some(({ settings }) => settings.length > 0)),
    table,
    tableName: code(example?.name ?? ""),
    policyName: example === undefined ? "" : identForReading(`${example.name}_select`),
    writePolicyName: example === undefined ? "" : identForReading(`${example.name}_update`),
    column: identForReading(column),
    columnName: code(column),
    role: role === null ? "" : identForReading(role),
    claimSql: rows ? claimSql(rows, source) : "",
    hasRights: rights !== undefined,
    rightsSql: rights ? `${claimSql(rights, source)} in (${constants.map((one) => quoteLiteral(one)).join(", ")})` : "",
    tokenSql: tokenSetting === null ? "" : quoteLiteral(tokenSetting),
    roleSql: role === null ? "" : identForReading(role),
    tokenJson: JSON.stringify(tokenOf(claims, role)).replaceAll("'", "''"),
    sourceSql: sourceText(source),
    isSupabase: source.kind === "function" && nameKey(source) === "auth.jwt",
  };
}

/** The role that most policies are for, and that row security binds. */
function requestRole({ matrix, roles }: DocumentFacts): string | null {
  const bound = new Set(roles.filter(({ superuser, bypassRls }) => !superuser && !bypassRls).map(({ name }) => name));
  const counts = new Map<string, number>();
  for (const { roles: of } of matrix.relations)
    for (const { role, isAbove, reach } of of)
      if (!isAbove && bound.has(role) && Object.values(reach).includes("some rows"))
        counts.set(role, (counts.get(role) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/** A relation whose rows are chosen by the column alone for readers; one where rights decide who writes comes first. */
function exampleOf(relations: readonly RelationAccess[], column: string): RelationAccess | undefined {
  const isOwn = (conditions: PolicyAccess["usingConditions"]): boolean =>
    conditions?.some((one) => one.kind === "own" && one.column === column) === true;
  const conditionsOf = ({ policies }: RelationAccess): Condition[] =>
    policies.flatMap(({ usingConditions, checkConditions }) => [
      ...(usingConditions ?? []),
      ...(checkConditions ?? []),
    ]);
  const other = (relation: RelationAccess): number =>
    conditionsOf(relation).filter(({ kind }) => kind === "other" || kind === "any" || kind === "look-up").length;
  const lacksRights = (relation: RelationAccess): number =>
    Number(!conditionsOf(relation).some(({ kind }) => kind === "one of"));
  return relations
    .filter(({ rowSecurity, policies }) => rowSecurity && policies.some((policy) => isOwn(policy.usingConditions)))
    .toSorted((a, b) => other(a) - other(b) || lacksRights(a) - lacksRights(b) || a.name.length - b.name.length)[0];
}

const sourceText = (source: ClaimsSource): string =>
  source.kind === "function" ? `${nameKey(source)}()` : `current_setting(${quoteLiteral(source.setting)}, true)::jsonb`;

/** `(select (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid)`. */
function claimSql({ path, type }: ClaimFact, source: ClaimsSource): string {
  const keys = path.map((key) => quoteLiteral(key));
  const last = keys.pop() ?? "''";
  const read = `${[sourceText(source), ...keys].join(" -> ")} ->> ${last}`;
  return type === "text" || type.endsWith("[]") ? `(select ${read})` : `(select (${read})::${type})`;
}

/** A token with every claim that policies read, each with a value that says what belongs there. */
function tokenOf(claims: readonly ClaimFact[], role: string | null): object {
  const token: Record<string, unknown> = { sub: EXAMPLE_ID, ...(role === null ? {} : { role }) };
  for (const { path, type, constants } of claims) {
    let at = token;
    for (const key of path.slice(0, -1)) {
      const inner = at[key];
      at = (typeof inner === "object" && inner !== null ? inner : (at[key] = {})) as Record<string, unknown>;
    }
    at[path.at(-1) ?? ""] =
      constants[0] ??
      (type === "uuid" ? EXAMPLE_ID : type.endsWith("[]") ? [] : type === "boolean" ? true : type === "text" ? "…" : 1);
  }
  return token;
}

/** Stands for an id that the reader puts there. */
const EXAMPLE_ID = "00000000-0000-0000-0000-000000000000";
