import type { Db } from "../../db/port.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { settingRead } from "../../pg/expr/reads.ts";
import { some } from "../../pg/expr/walk.ts";
import { nameKey, relationOf, type NameKey, type QualifiedName } from "../../pg/name.ts";
import { policyId, type PolicyId } from "../../pg/policy.ts";
import type { Plan } from "../../plan/index.ts";
import type { Scope, State } from "./state.ts";

/** A policy that reads a variable which a plan retires. */
export interface StillReading {
  policy: PolicyId;
  relation: QualifiedName;
  setting: string;
  /** the function by which it reads it; null: it reads it itself */
  through: NameKey | null;
}

/** One of them in a sentence. */
export const stillReadingText = ({ policy, setting, through }: StillReading): string =>
  `${policy} would still read \`${setting}\`${through === null ? "" : `, through ${through}`}`;

/** Policies that would still read a variable that the plan retires; those that the config keeps are left out. */
export function stillReading(plan: Plan, after: State): StillReading[] {
  const retired = new Set(plan.retired);
  const kept = new Set(plan.policies.filter(({ outcome }) => outcome === "kept").map(({ before }) => policyId(before)));
  return after.relations.flatMap(({ policies }) =>
    policies.flatMap((policy) => {
      if (kept.has(policyId(policy))) return [];
      const read = new Set<string>();
      for (const text of [policy.using, policy.check])
        if (text !== null)
          some(parseExpr(text), (node) => {
            const setting = settingRead(node)?.setting;
            if (setting !== undefined && retired.has(setting)) read.add(setting);
            return false;
          });
      return [...read].map((setting) => ({
        policy: policyId(policy),
        relation: relationOf(policy),
        setting,
        through: null,
      }));
    }),
  );
}

interface Caller {
  schema: string;
  relation: string;
  /** of the policy */
  name: string;
  functionSchema: string;
  functionName: string;
  text: string;
}

/**
 * Policies that are not part of the plan and that call a function which reads a retired variable.
 * Functions that the plan makes read the claim, and are left out; calls from one function to another are not followed.
 */
export async function stillReadingByFunction(db: Db, plan: Plan): Promise<StillReading[]> {
  if (plan.retired.length === 0) return [];
  const rows = await db.query<Caller>(
    `select distinct n.nspname as schema, c.relname as relation, p.polname as name,
       fn.nspname as "functionSchema", f.proname as "functionName", pg_get_functiondef(f.oid) as text
     from pg_policy p
     join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
     join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refclassid = 'pg_proc'::regclass
     join pg_proc f on f.oid = d.refobjid and f.prokind = 'f' join pg_namespace fn on fn.oid = f.pronamespace
     order by 1, 2, 3`,
  );
  const known = new Set<PolicyId>(plan.policies.flatMap(({ before, after }) => [before, ...after].map(policyId)));
  const rewritten = new Set<NameKey>(
    plan.steps.flatMap(({ object }) => (object.kind === "function" ? [nameKey(object)] : [])),
  );
  return rows.flatMap(({ functionSchema, functionName, text, ...policy }) => {
    const id = policyId(policy);
    const fn = nameKey({ schema: functionSchema, name: functionName });
    if (known.has(id) || rewritten.has(fn)) return [];
    const lower = text.toLowerCase();
    return plan.retired
      .filter((setting) => lower.includes("current_setting") && lower.includes(`'${setting.toLowerCase()}'`))
      .map((setting) => ({ policy: id, relation: relationOf(policy), setting, through: fn }));
  });
}

/** All relations of the database that have policies. */
export const relationsWithPolicies = async (db: Db): Promise<Scope["relations"]> =>
  db.query(
    `select n.nspname as schema, c.relname as name, '{}'::text[] as columns from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where exists (select from pg_policy p where p.polrelid = c.oid) order by 1, 2`,
  );
