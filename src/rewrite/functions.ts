import type { ClassifiedPolicy } from "../classify/index.ts";
import type { Config } from "../config.ts";
import { finding, type Finding } from "../finding.ts";
import type { Catalog, PgFunction } from "../pg/catalog.ts";
import { groupBy } from "../pg/group-by.ts";
import { nameKey, type NameKey } from "../pg/name.ts";
import { rewriteFunction } from "./helper.ts";
import type { RuleContext } from "./rule.ts";
import { decideForFunction, isSessionOnly, openFunction } from "./decisions.ts";
import type { OpenDecision } from "./outcome.ts";

export interface FunctionPlan {
  /** functions whose body is replaced */
  changes: { fn: PgFunction; definition: string; body: string; rules: string[] }[];
  /** helpers that stay, with the reason: policies that read a variable with them stay, too */
  fixed: Map<NameKey, string>;
  /** those of them that stay because the config says `keep`: nothing more is asked about what they read */
  kept: Set<NameKey>;
  open: OpenDecision[];
  findings: Finding[];
}

/** The changes to the functions with which policies read variables. Other functions are left unchanged. */
export function planFunctions(
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  config: Config,
  context: RuleContext,
): FunctionPlan {
  const plan: FunctionPlan = { changes: [], fixed: new Map(), kept: new Set(), open: [], findings: [] };
  const byName = groupBy(catalog.functions, nameKey);
  const reads = classified.flatMap((policy) =>
    policy.reads.flatMap((read) => {
      const reader = read.through.at(-1);
      return reader === undefined ? [] : [{ policy, read, reader }];
    }),
  );

  for (const [name, uses] of groupBy(reads, (use) => use.reader)) {
    // The helper's body is written into the policies instead, so nothing in it remains to be changed.
    if (context.inline.has(name) && uses.every((use) => use.read.through.length === 1)) continue;
    const overloads = byName.get(name) ?? [];
    const fix = (reason: string): void => void plan.fixed.set(name, reason);
    const at = (fn: PgFunction | undefined): Finding["at"] =>
      fn
        ? { kind: "function", schema: fn.schema, name: fn.name, identityArguments: fn.identityArguments }
        : { kind: "database" };
    const sessionOnly = uses.filter((use) => isSessionOnly(use.read, config, context));
    const decision = sessionOnly.length === 0 ? null : decideForFunction(config, name);
    if (decision !== null && decision.choice !== "claim") {
      plan.kept.add(name);
      fix(decision.reason);
      continue;
    }
    const unmapped = new Set(
      uses.map((use) => use.read.setting).filter((s) => !context.variables.has(s) && !context.flags.has(s)),
    );
    if (unmapped.size > 0) {
      fix(`\`${name}\` reads ${[...unmapped].map((s) => `\`${s}\``).join(", ")}, which no claim is mapped to`);
      continue;
    }
    if (sessionOnly.length > 0 && decision === null) {
      const settings = [...new Set(sessionOnly.map((use) => use.read.setting))];
      plan.open.push(openFunction(name, settings, [...new Set(sessionOnly.map((use) => use.policy.id))]));
      fix("its decision is open");
      continue;
    }
    const results = overloads.map((fn) => ({
      fn,
      result: rewriteFunction(fn, context, { withClaimPath: config.rules.claimPath !== undefined }),
    }));
    const failed = results.find(({ result }) => result.kind === "not-understood");
    if (failed?.result.kind === "not-understood") {
      fix(`\`${name}\` could not be rewritten: ${failed.result.reason}`);
      plan.findings.push(
        finding(
          "helper-not-rewritten",
          "error",
          at(failed.fn),
          `\`${name}\` reads a session variable for policies and could not be rewritten: ${failed.result.reason}`,
          "rewrite its body by hand in a migration of its own, then plan again",
        ),
      );
      continue;
    }
    for (const { fn, result } of results)
      if (result.kind === "changed") {
        const { definition, body, rules } = result;
        plan.changes.push({ fn, definition, body, rules });
      }
  }
  return plan;
}
