import type { Db } from "../../db/port.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { settingRead } from "../../pg/expr/reads.ts";
import { some } from "../../pg/expr/walk.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import { policyId, type PolicyId } from "../../pg/policy.ts";
import type { Plan } from "../../plan/index.ts";
import type { State } from "./state.ts";

/**
 * Policies that would still read a variable that the plan retires, a line each; those that the config keeps are left
 * out.
 */
export function stillReading(plan: Plan, after: State): string[] {
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
      return [...read].map((setting) => `${policyId(policy)} would still read \`${setting}\``);
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
 * Policies that are not part of the plan and that call a function which reads a retired variable, a line each.
 * Functions that the plan makes read the claim, and are left out; calls from one function to another are not followed.
 */
export async function stillReadingByFunction(db: Db, plan: Plan): Promise<string[]> {
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
      .map((setting) => `${id} would still read \`${setting}\`, through ${fn}`);
  });
}
