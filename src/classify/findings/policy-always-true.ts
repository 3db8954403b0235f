import { finding, type Finding } from "../../finding.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { nameKey } from "../../pg/name.ts";
import type { Policy } from "../../pg/policy.ts";
import { fold, isTrue as isAlways } from "../expression/index.ts";
import { applied, rolesUnder } from "./applied.ts";
import { ANY_SOURCE, isPlatform, type Evidence } from "./evidence.ts";
import { ownersIn, ownershipColumns } from "./tenant-columns.ts";
import { quoted } from "./words.ts";

type Command = "SELECT" | "INSERT" | "UPDATE" | "DELETE";

/**
 * Permissive policies that are true for every row of a table whose rows have an owner. A restrictive policy for the same
 * command may still say whose rows are meant.
 */
export function alwaysTrueFindings(evidence: Evidence): Finding[] {
  const owners = ownershipColumns(evidence);
  return evidence.classified.flatMap(({ policy }) => {
    const relation = evidence.relationOf({ schema: policy.schema, name: policy.relation });
    if (!relation?.rowSecurity || !policy.permissive || isPlatform(policy.schema)) return [];
    const columns = ownersIn(relation, owners).map(({ name }) => name);
    if (columns.length === 0) return [];
    const open = commandsOf(policy).flatMap((command) => {
      const roles = rolesUnder(evidence, relation, policy, command).filter(
        (role) => applied(evidence, relation, role, command, false).length === 0,
      );
      const declared = evidence.isDeclared(nameKey(relation), "policy", [command]);
      return roles.length > 0 && !declared && isOpen(policy, command) ? [{ command, roles }] : [];
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

/** True if the part of a policy that decides about the command is a constant. */
function isOpen({ using, check }: Policy, command: Command): boolean {
  const isTrue = (text: string | null): boolean => text !== null && isAlways(fold(parseExpr(text), GIVEN));
  if (command === "INSERT") return isTrue(check ?? using);
  // WITH CHECK alone lets a row be moved to another tenant
  if (command === "UPDATE") return isTrue(check ?? using) || isTrue(using);
  return isTrue(using);
}

const GIVEN = { settings: "unknown", claims: "unknown", returnsSetting: () => false, source: ANY_SOURCE } as const;
