import { pgErrorOf, type Db } from "../../db/port.ts";
import { passing } from "../../db/savepoint.ts";
import { quoteIdent, quoteRole } from "../../pg/identifier.ts";
import { nameKey, quoteName, type QualifiedName } from "../../pg/name.ts";
import type { Lack, PlanCount, PlansReading } from "../sample.ts";
import { distinctLacks, lackOf } from "./lack-of.ts";
import { query } from "./query.ts";
import { inReadOnly } from "./read-only.ts";
import { scopeLiteral, type WatchScope } from "./scope.ts";

/**
 * Read how the server plans a plain SELECT, UPDATE and DELETE of each relation of the plan as each role that has
 * privileges on it: EXPLAIN alone, in a READ ONLY transaction, so nothing is executed but what the planner evaluates.
 * Sequential scans are disabled, so that an index is used wherever the policies' conditions can use one, however few rows
 * there are. A role that the login may not become is a lack.
 */
export const readPlans = async (db: Db, scope: WatchScope): Promise<PlansReading> =>
  inReadOnly(db, async () => {
    const reading: PlansReading = { source: "plans", cursor: null, lacks: [], plans: [] };
    const rows = await attempted(db, "", query("plans", { relations: scopeLiteral(scope) }));
    if (!Array.isArray(rows)) return { ...reading, lacks: [rows] };
    const lacks: Lack[] = [];
    for (const row of rows as unknown as Row[])
      for (const [command, text] of statementsOf(row)) {
        // what a policy calls without its schema is found by the path of a session
        const first = `set local search_path to default; set local enable_seqscan = off; set local role ${quoteRole(row.role)}`;
        const answer = await attempted(db, first, `explain (format json) ${text}`, row.role);
        if (!Array.isArray(answer)) lacks.push(answer);
        else
          reading.plans.push({
            relation: nameKey(row),
            role: row.role,
            command,
            ...countsOf(answer[0]?.["QUERY PLAN"]),
          });
      }
    return { ...reading, lacks: distinctLacks(lacks) };
  });

interface Row extends QualifiedName {
  role: string;
  reads: boolean;
  deletes: boolean;
  updates: string | null;
}

/** Not a statement without WHERE: extensions such as safeupdate refuse it. */
function statementsOf(row: Row): [PlanCount["command"], string][] {
  const name = quoteName(row);
  const column = row.updates === null ? null : quoteIdent(row.updates);
  return [
    ...(row.reads ? [["SELECT", `select 1 from ${name}`] as const] : []),
    ...(column === null ? [] : [["UPDATE", `update ${name} set ${column} = ${column} where true`] as const]),
    ...(row.deletes ? [["DELETE", `delete from ${name} where true`] as const] : []),
  ].map(([command, text]) => [command, text]);
}

async function attempted(
  db: Db,
  first: string,
  text: string,
  role?: string,
): Promise<Record<string, unknown>[] | Lack> {
  try {
    return await passing(db, first, async () => db.query(text));
  } catch (error) {
    const raised = pgErrorOf(error);
    if (!raised) throw error;
    return lackOf(raised, role === undefined ? "pg_class" : `EXPLAIN as ${role}`);
  }
}

interface Node {
  "Node Type"?: string;
  "Parent Relationship"?: string;
  "Subplan Name"?: string;
  "Relation Name"?: string;
  "Index Cond"?: string;
  Plans?: Node[];
}

/** What a plan in the form of `EXPLAIN (FORMAT JSON)` says of the statement's own relation and of its sub-plans. */
function countsOf(explained: unknown): Pick<PlanCount, "indexed" | "initPlans" | "perRow"> {
  const text = JSON.stringify(explained);
  const [{ Plan: top } = {}] = explained as { Plan?: Node }[];
  const counts = { indexed: true, initPlans: 0, perRow: 0 };
  const visit = (node: Node, isOwn: boolean): void => {
    const relationship = node["Parent Relationship"];
    // those of a sub-plan are of policies of what it reads
    if (relationship === "InitPlan" && isOwn) counts.initPlans += 1;
    // a hashed one is executed once, and looked up for each row
    if (relationship === "SubPlan" && !text.includes(`hashed ${node["Subplan Name"] ?? ""}`)) counts.perRow += 1;
    const own = isOwn && relationship !== "InitPlan" && relationship !== "SubPlan";
    if (own && node["Relation Name"] !== undefined && node["Node Type"] !== "ModifyTable" && !usesIndex(node))
      counts.indexed = false;
    for (const one of node.Plans ?? []) visit(one, own);
  };
  if (top) visit(top, true);
  return counts;
}

/** A bitmap scan has the condition in the node below it. */
const usesIndex = (node: Node): boolean => node["Index Cond"] !== undefined || (node.Plans ?? []).some(usesIndex);
