import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import type { ClaimsSource } from "../../pg/context.ts";
import { as } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { call, callKey, callsBuiltin, stringConst } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { columnKey, nameKey, type NameKey } from "../../pg/name.ts";
import { isOnPlatform } from "../../pg/platform-schemas.ts";
import { policyId } from "../../pg/policy.ts";
import { bodyOf, executed } from "../functions/index.ts";

/** Whether the requests of today carry claims, as far as the database shows it. */
export interface InferredRequests {
  claims: "sent" | "none";
  /** the settings that hold the claims; empty where the body of their function does not tell */
  settings: string[];
  /** what shows that they are sent, or that nothing does */
  evidence: string[];
  /** packages by which the application may connect past the API that sends the claims; omitted: none is known */
  direct?: string[];
}

/** PostgREST, and with it the API of Supabase, sets it in the transaction of each request (PostgREST 9 and later). */
const POSTGREST = "request.jwt.claims";

/**
 * Look for a use of the claims in a database: on Supabase its API sends them; elsewhere a policy, a column default or a
 * function that reads or sets them shows that somebody does. The function that is the source of claims, and those that
 * it calls, are no such use: they may have been made for the move. Pure.
 */
export function inferRequests(catalog: Catalog, source: ClaimsSource): InferredRequests {
  const { settings, functions } = originOf(catalog, source);
  if (isOnPlatform(catalog) && settings.includes(POSTGREST))
    return { claims: "sent", settings, evidence: ["the database is on Supabase, whose API sends the claims"] };
  const own = source.kind === "function" ? nameKey(source) : null;
  const evidence: string[] = [];
  const look = (place: string, tree: unknown, schema: string | null): void => {
    const { calls, reads, sets } = usesIn(tree, schema);
    const set = sets.find((setting) => settings.includes(setting));
    const read = reads.find((setting) => settings.includes(setting));
    if (set !== undefined) evidence.push(`${place} sets \`${set}\``);
    else if (read !== undefined) evidence.push(`${place} reads \`${read}\``);
    else if (own !== null && calls.includes(own)) evidence.push(`${place} calls \`${own}()\``);
  };
  for (const policy of catalog.policies)
    for (const text of [policy.using, policy.check])
      if (text !== null) look(`policy ${policyId(policy)}`, parsed(text), null);
  for (const relation of catalog.relations)
    for (const { name, expression } of relation.columns)
      if (expression !== null) look(`column ${columnKey(relation, name)}`, parsed(expression), null);
  for (const fn of catalog.functions)
    if (!functions.has(nameKey(fn))) look(`function ${nameKey(fn)}`, treesOf(fn), "public");
  if (evidence.length > 0) return { claims: "sent", settings, evidence: [...new Set(evidence)] };
  return { claims: "none", settings, evidence: [`nothing in the database reads or sets ${heldIn(settings, source)}`] };
}

/** The place of the claims in words: the settings, or where they are not known the function that returns the claims. */
export const heldIn = (settings: readonly string[], source: ClaimsSource): string =>
  settings.length === 0 && source.kind === "function"
    ? `what \`${nameKey(source)}()\` reads`
    : settings.map((setting) => `\`${setting}\``).join(" or ");

/**
 * The settings from which a source of claims reads, and the functions by which it does. PostgREST's setting, if it is
 * one of them, is the one that counts: a function may read others beside it.
 */
function originOf(catalog: Catalog, source: ClaimsSource): { settings: string[]; functions: Set<NameKey> } {
  const functions = new Set<NameKey>();
  if (source.kind === "setting") return { settings: [source.setting.toLowerCase()], functions };
  const found = new Set<string>();
  const visit = (key: NameKey): void => {
    if (functions.has(key)) return;
    functions.add(key);
    for (const fn of catalog.functions.filter((one) => nameKey(one) === key)) {
      const { calls, reads } = usesIn(treesOf(fn), "public");
      // settings of PostgreSQL itself have no dot in their names
      for (const setting of reads) if (setting.includes(".")) found.add(setting);
      for (const called of calls) visit(called);
    }
  };
  visit(nameKey(source));
  return { settings: found.has(POSTGREST) ? [POSTGREST] : [...found].toSorted(), functions };
}

/** All that a function runs. What cannot be read is no evidence. */
function treesOf(fn: PgFunction): unknown {
  const { trees, executes } = bodyOf(fn);
  return [trees, executes, executes.map((text) => executed(text)?.tree)];
}

function parsed(text: string): unknown {
  try {
    return parseExpr(text);
  } catch {
    return [];
  }
}

/** `schema`: that of names without one. Names of settings are case-insensitive (guc.c, guc_name_compare). */
function usesIn(tree: unknown, schema: string | null): { calls: NameKey[]; reads: string[]; sets: string[] } {
  const calls: NameKey[] = [];
  const reads: string[] = [];
  const sets: string[] = [];
  walk(tree, (node) => {
    const read = stringConst(callsBuiltin(node, "current_setting")?.[0]);
    const statement = as("VariableSetStmt", node);
    const set =
      statement?.kind === "VAR_SET_VALUE" ? statement.name : stringConst(callsBuiltin(node, "set_config")?.[0]);
    const made = call(node);
    const key = made ? callKey(made.name, schema) : null;
    if (read !== null) reads.push(read.toLowerCase());
    else if (typeof set === "string") sets.push(set.toLowerCase());
    else if (key !== null) calls.push(key);
  });
  return { calls, reads, sets };
}
