import { relationKey, type NameKey } from "../../pg/name.ts";
import type { Policy } from "../../pg/policy.ts";
import { DOORS } from "../matrix/index.ts";
import type { Access, Broken } from "./access.ts";
import { isClosedTo, policiesFor } from "./closed.ts";
import { addBreach } from "./record.ts";
import type { Run } from "./state.ts";

/** Record a breach of availability for each role that policies of a relation name, and that can do nothing with it. */
export function recordUnavailable(run: Run): void {
  for (const access of run.access.values()) {
    const { relation, command, actor, works, failed, example } = access;
    const empty = emptyPolicy(run, access);
    if (empty !== null) {
      const message = `as \`${actor.role}\` no ${command} on \`${relation}\` reaches a row: policy \`${empty.name}\` has neither USING nor WITH CHECK`;
      const object = { kind: "table" as const, name: relationKey(empty) };
      const hint = "give the policy its condition again";
      addBreach(run, { door: "unavailable", kind: "availability", object, message, hint }, example, actor);
      continue;
    }
    if (works || failed === null || isClosedTo(run.environment.catalog, relation, command, actor.role)) continue;
    const { cause, attempt } = failed;
    const { kind, hint } = DOORS.unavailable;
    const message = `as \`${actor.role}\` every ${command} on \`${relation}\` fails: ${reasonOf(cause)}`;
    const object = { kind: "table" as const, name: attempt.through.name as NameKey };
    addBreach(
      run,
      { door: "unavailable", kind, object, message, hint: HINTS[cause.kind] ?? hint },
      attempt,
      actor,
      sqlstateOf(cause),
    );
  }
}

/**
 * The policy without USING and WITH CHECK that is all that a role has for a command of a relation: it lets nothing
 * through, which nobody writes by intent (an intended denial says `false`). Null: there is none.
 */
function emptyPolicy({ environment: { catalog } }: Run, { relation, command, actor }: Access): Policy | null {
  const policies = policiesFor(catalog, relation, command, actor.role);
  return policies.every(({ using, check }) => using === null && check === null) ? (policies[0] ?? null) : null;
}

function sqlstateOf(cause: Broken): string {
  switch (cause.kind) {
    case "recursion":
      return "42P17";
    case "stack depth":
      return "54001";
    case "missing grant":
      return "42501";
    case "error":
      return cause.sqlstate;
  }
}

function reasonOf(cause: Broken): string {
  switch (cause.kind) {
    case "recursion":
      return `its policies lead back to it (42P17, noticed in \`${cause.through}\`)`;
    case "stack depth":
      return "a function that its policies call reads it again, without end (54001)";
    case "missing grant":
      return `\`${cause.role}\` lacks the privilege on ${cause.object} \`${cause.name}\`, which a policy reads (42501)`;
    case "error":
      return cause.inside === null ? `it raises ${cause.sqlstate}` : `\`${cause.inside}\` raises ${cause.sqlstate}`;
  }
}

const HINTS: Partial<Record<Broken["kind"], string>> = {
  recursion:
    "look the membership up in a SECURITY DEFINER function that row security does not apply to; rlsmith plan can write it (break-recursion)",
  "stack depth":
    "let the function be owned by a role that row security does not apply to, or do not FORCE row security on what it reads",
  "missing grant": "grant the privilege, or read the object through a SECURITY DEFINER function",
};
