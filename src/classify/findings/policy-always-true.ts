import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { claimRead } from "../../pg/expr/reads.ts";
import { binary, stringConst } from "../../pg/expr/shape.ts";
import { nameKey } from "../../pg/name.ts";
import type { Policy } from "../../pg/policy.ts";
import { fold, isTrue as isAlways } from "../expression/index.ts";
import { applied, rolesUnder } from "./applied.ts";
import { ANY_SOURCE, type Evidence } from "./evidence.ts";
import { ownersIn, ownershipColumns } from "./tenant-columns.ts";
import { quoted } from "./words.ts";

type Command = "SELECT" | "INSERT" | "UPDATE" | "DELETE";

/**
 * Permissive policies that are true for every row of a table whose rows have an owner, for everybody or for everybody
 * who is signed in. A restrictive policy for the same
 * command may still say whose rows are meant.
 */
export function alwaysTrueFindings(evidence: Evidence): Finding[] {
  const owners = ownershipColumns(evidence);
  return evidence.classified.flatMap(({ policy }) => {
    const relation = evidence.relationOf({ schema: policy.schema, name: policy.relation });
    if (!relation?.rowSecurity || !policy.permissive || isPlatformRelation(evidence.catalog, policy)) return [];
    const columns = ownersIn(relation, owners).map(({ name }) => name);
    if (columns.length === 0) return [];
    const open = commandsOf(policy).flatMap((command) => {
      const roles = rolesUnder(evidence, relation, policy, command).filter(
        (role) => applied(evidence, relation, role, command, false).length === 0,
      );
      const declared = evidence.isDeclared(nameKey(relation), "policy", [command]);
      const open = declared ? null : opennessOf(policy, command);
      // anon is nobody who is signed in
      const reached = open === "signed in" ? roles.filter((role) => role !== "anon") : roles;
      return open !== null && reached.length > 0 ? [{ command, roles: reached }] : [];
    });
    if (open.length === 0) return [];
    const commands = open.map(({ command }) => command);
    return [
      finding(
        "policy-always-true",
        commands.some((command) => command !== "SELECT") ? "error" : "warning",
        { kind: "policy", schema: policy.schema, relation: policy.relation, policy: policy.name },
        `it is true for every row, whatever its ${quoted(columns)}: ${quoted(open.flatMap(({ roles }) => roles))} may ${commands.join(", ")} any of them`,
        "compare the column with the caller's claim, or declare the table as `shared` for rlsmith verify",
      ),
    ];
  });
}

const commandsOf = ({ command }: Policy): Command[] =>
  command === "ALL" ? ["SELECT", "INSERT", "UPDATE", "DELETE"] : [command];

/** For whom the part of a policy that decides about the command is true, whatever the row; null for nobody. */
function opennessOf({ using, check }: Policy, command: Command): "everybody" | "signed in" | null {
  const written = check ?? using;
  // WITH CHECK alone lets a row be moved to another tenant
  const parts = command === "INSERT" ? [written] : command === "UPDATE" ? [written, using] : [using];
  const trees = parts.flatMap((text) => (text === null ? [] : [parseExpr(text)]));
  if (trees.some((tree) => isAlways(fold(tree, GIVEN)))) return "everybody";
  return trees.some(holdsForAnyone) ? "signed in" : null;
}

/** True for a condition that every signed-in user satisfies, whatever the row. */
function holdsForAnyone(node: Expr): boolean {
  if (isAlways(fold(node, GIVEN))) return true;
  const bool = as("BoolExpr", node);
  if (bool?.boolop === "AND_EXPR") return (bool.args ?? []).every(holdsForAnyone);
  if (bool?.boolop === "OR_EXPR") return (bool.args ?? []).some(holdsForAnyone);
  const isClaim = (side: Expr | undefined, name: string): boolean => claimRead(side, ANY_SOURCE)?.path.join() === name;
  const test = as("NullTest", node);
  if (test) return test.nulltesttype === "IS_NOT_NULL" && isClaim(test.arg, "sub");
  const equality = binary(node, "=");
  return equality !== null && isClaim(equality.left, "role") && stringConst(equality.right) === "authenticated";
}

const GIVEN = { settings: "unknown", claims: "unknown", returnsSetting: () => false, source: ANY_SOURCE } as const;
