import { parseConfig } from "../../../src/config.ts";
import { ToolError } from "../../../src/errors.ts";
import { inspect } from "../../../src/inspect/inspect.ts";
import { refuseUnanswered, withAccepted } from "../../../src/pipeline/acceptances.ts";
import { planCatalog } from "../../../src/pipeline/plan.ts";
import { provePlan, type PlanProof } from "../../../src/pipeline/prove-plan.ts";
import { refuseErrors } from "../../../src/pipeline/ready.ts";
import type { Component } from "../../../src/prove/component.ts";
import { quoteName } from "../../../src/pg/name.ts";
import { sameCatalog } from "../../../src/rehearse/identical.ts";
import type { Scratch } from "../../../src/scratch/scratch.ts";
import { outcomes, rowsOf, type Asked } from "./brute-force.ts";
import type { Project } from "./generate.ts";

/** What became of a project. */
export type Result =
  /** no file: the code of the error, or what was open */
  | { kind: "stopped"; why: string }
  | { kind: "nothing to do" }
  | { kind: "written"; faults: string[]; statements: number; changed: number };

/** Plan, prove, migrate and take back, with every statement asked before and after. */
export async function runProject(project: Project, base: Scratch): Promise<Result> {
  const work = await base.fork();
  try {
    await work.db.exec(project.sql);
    const catalog = await inspect(work.db);
    const config = parseConfig(project.config);
    const planned = planCatalog(catalog, config);
    const [question] = planned.plan.open;
    if (question) return { kind: "stopped", why: `open: ${question.kind}` };
    refuseErrors(planned.plan);
    if (planned.plan.steps.length === 0) return { kind: "nothing to do" };
    const proof = await provePlan(work.db, catalog, planned.plan);
    refuseUnanswered(proof.objections, planned.plan);
    const { migration } = withAccepted(planned, proof.objections);
    await work.db.exec(rowsOf(project));
    const before = await askedOn(work, project);
    await work.db.exec(migration.up);
    const after = await askedOn(work, project);
    await work.db.exec(migration.down);
    const { differences } = sameCatalog(catalog, await inspect(work.db));
    const faults = differences.map((difference) => `after down: ${difference}`);
    let changed = 0;
    for (const [key, was] of before.found) {
      const is = after.found.get(key) ?? "nothing";
      const asked = before.asked.get(key);
      if (!asked || was === is) continue;
      changed += 1;
      const alone = before.found.get(key.replace(asked.request.title, asked.request.alone)) ?? "nothing";
      const fault = faultOf({ ...asked, was, is, alone }, proof);
      if (fault !== null) faults.push(`${key}: ${was} → ${is}: ${fault}`);
    }
    return { kind: "written", faults, statements: before.found.size, changed };
  } catch (error) {
    if (error instanceof ToolError) return { kind: "stopped", why: error.code };
    throw error;
  } finally {
    await work.close();
  }
}

async function askedOn(work: Scratch, project: Project): ReturnType<typeof outcomes> {
  const fork = await work.fork();
  try {
    return await outcomes(fork.db, project);
  } finally {
    await fork.close();
  }
}

const COMPONENTS: Readonly<Record<Asked["command"], readonly Component[]>> = {
  SELECT: ["SELECT"],
  INSERT: ["INSERT"],
  // the WHERE of the statement reads the row
  UPDATE: ["UPDATE USING", "UPDATE CHECK", "SELECT"],
  MOVE: ["UPDATE USING", "UPDATE CHECK", "SELECT"],
  DELETE: ["DELETE", "SELECT"],
};

interface Change extends Asked {
  was: string;
  is: string;
  /** what the same token could do before without any variable */
  alone: string;
}

/**
 * A row of another tenant that comes into reach; or a change that the proof does not have, in the regime of the request.
 * Null: neither.
 */
function faultOf({ request, relation, command, tenants, was, is, alone }: Change, { proof }: PlanProof): string | null {
  // a row of no tenant is nobody else's
  const isForeign = tenants.some((tenant) => tenant !== "" && !request.own.has(tenant));
  if (is === "allow" && isForeign && alone !== "allow") return "opens a row of another tenant";
  if (request.regime === null || (was !== "allow" && is !== "allow")) return null;
  const told = proof.access.filter(
    (verdict) =>
      quoteName(verdict.relation) === relation &&
      verdict.role === request.role &&
      verdict.assumption === request.regime &&
      COMPONENTS[command].includes(verdict.component),
  );
  if (told.length === 0) return "no verdict";
  const explains =
    is === "allow" ? ["looser", "incomparable", "unknown"] : ["tighter", "incomparable", "unknown", "always-errors"];
  const isTold = told.some(
    ({ decision, errors, overlap }) =>
      explains.includes(decision) ||
      [...errors, ...overlap].some((change) => change === `${kindOf(was)}->${kindOf(is)}`),
  );
  return isTold ? null : `not told: ${told.map(({ component, decision }) => `${component} ${decision}`).join(", ")}`;
}

const kindOf = (outcome: string): string => outcome.split(" ")[0] ?? "";
