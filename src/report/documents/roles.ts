import type { AccessMatrix, RoleAccess } from "../../access/index.ts";
import type { Values } from "../../documents/index.ts";
import { isSettable } from "../../pg/context.ts";
import type { ClaimFact, DocumentFacts } from "../../pipeline/document-facts.ts";
import { counted } from "../counted.ts";
import { functionNames } from "./functions.ts";
import { code, listed } from "./text.ts";

/** The values of the template `roles`. */
export function roleValues({ matrix, roles, claims, context }: DocumentFacts): Values {
  const named = new Set(matrix.relations.flatMap((relation) => relation.roles.map(({ role }) => role)));
  const owners = new Set(matrix.relations.map(({ owner }) => owner));
  const nameOf = functionNames(matrix);
  const read = new Set(matrix.relations.flatMap(({ policies }) => policies.flatMap(({ settings }) => settings)));
  return {
    roles: roles
      .filter(({ name, superuser }) => named.has(name) && !superuser && !owners.has(name))
      .map((role) => ({
        role: code(role.name),
        rowSecurity: role.bypassRls ? "does not apply (BYPASSRLS)" : "applies",
        reads: reachWords(matrix, role.name, ["SELECT"]),
        writes: reachWords(matrix, role.name, ["INSERT", "UPDATE", "DELETE"]),
        memberOf: role.memberOf.length === 0 ? "—" : listed(role.memberOf.map(code)),
      })),
    hasMembers: roles.some(
      ({ name, memberOf, superuser }) => named.has(name) && !superuser && !owners.has(name) && memberOf.length > 0,
    ),
    claims: claims.map((claim) => ({
      claim: code(claim.path.join(".")),
      type: claim.type,
      decides: decidesWords(claim),
      policies: String(claim.policies.length),
      from: claim.writers.length === 0 ? "—" : claim.writers.map((one) => writerWords(one, nameOf)).join(", "),
    })),
    variables: context.variables
      .filter((one) => isSettable(one) && read.has(one.setting))
      .map(({ setting, claim }) => ({ variable: code(setting), claim: code(claim.join(".")) })),
  };
}

/** On how many relations a role has the commands. */
function reachWords(
  { relations }: AccessMatrix,
  role: string,
  commands: readonly (keyof RoleAccess["reach"])[],
): string {
  const reached = relations.flatMap((relation) => {
    const found = relation.roles.find((one) => one.role === role)?.reach;
    return found && commands.some((command) => found[command] !== "none")
      ? [commands.some((command) => found[command] === "every row") ? "all" : "some"]
      : [];
  });
  const all = reached.filter((one) => one === "all").length;
  if (reached.length === 0) return "nothing";
  const some = reached.length - all;
  return [
    ...(all > 0 ? [`every row of ${counted(all, "relation")}`] : []),
    ...(some > 0 ? [`some rows of ${counted(some, "relation")}`] : []),
  ].join(", ");
}

const decidesWords = ({ decides, constants }: ClaimFact): string =>
  decides === "rows"
    ? "which rows"
    : decides === "rights"
      ? `what a caller may do${constants.length === 0 ? "" : `: ${listed(constants.map(code), "or")}`}`
      : "not known: a function reads it";

const writerWords = ({ key, column }: ClaimFact["writers"][number], nameOf: ReturnType<typeof functionNames>): string =>
  column === null ? nameOf(key) : `${code(column)}, by ${nameOf(key)}`;
