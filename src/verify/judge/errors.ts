import { meaningOf, type ErrorMeaning } from "../../request/index.ts";
import { nameParts, parseName } from "../../pg/name.ts";
import { isDirect, type Answered, type Attempt, type Denial, type Outcome, type Unsettled } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import type { Facts } from "./facts.ts";

export type RaisedError = Extract<Answered, { kind: "error" }>;

/**
 * The outcome of a statement that raised an error. It was held only where row security of its relation, or a grant on
 * it, raised the error; every other error ended it before that could be seen.
 */
export function outcomeOfError(attempt: Attempt, actor: Actor, error: RaisedError, facts: Facts): Outcome {
  const { sqlstate, at } = error;
  const meaning = meaningOf(sqlstate, error.message);
  // the role is taken before the variables are set
  if (meaning.kind === "set role") return unsettled({ kind: "set role" });
  if (at === "setup")
    return unsettled({ kind: "set-up", sqlstate, relation: attempt.relation, attack: attempt.attack });
  if (at === "prelude") return unsettled({ kind: "variable", sqlstate });
  if (at === "probe") return unsettled({ kind: "probe", sqlstate });
  switch (meaning.kind) {
    case "row security":
      return isOfRelation(attempt, meaning.relation)
        ? denied("row security")
        : unsettled({ kind: "other row security", relation: meaning.relation });
    case "grant":
    case "privilege":
      return refused(attempt, actor, meaning, error, facts);
    case "recursion":
      return unsettled({ kind: "recursion", relation: attempt.relation, through: meaning.relation });
    case "stack depth":
      return unsettled({ kind: "stack depth", relation: attempt.relation });
    case "read-only":
      return unsettled({ kind: "limit", limit: "read-only" });
    case "timeout":
      return unsettled({ kind: "limit", limit: meaning.of === "lock" ? "lock timeout" : "statement timeout" });
    case "too many connections":
      return unsettled({ kind: "limit", limit: "connections" });
    case "not updatable":
      // 55000 of a table is raised by what a trigger or a function of it does
      return attempt.through.kind === "view" || sqlstate === GENERATED_ALWAYS
        ? denied("not updatable")
        : other(attempt, error);
    case "plpgsql":
      // PostgreSQL evaluates the policies of a table without PL/pgSQL of its own, so a trigger or a helper raised it
      return attempt.through.kind === "function" && meaning.by === "raise" ? denied("raise") : other(attempt, error);
    case "data":
      return actor.class === "bad claims" && meaning.invalid ? denied("malformed claim") : other(attempt, error);
    case "constraint":
      return attempt.through.kind === "function"
        ? other(attempt, error)
        : unsettled({ kind: "constraint", constraint: meaning.constraint, sqlstate, name: error.constraint });
    case "syntax":
      return isOurs(error) ? defect(attempt, sqlstate) : other(attempt, error);
    case "undefined":
      return meaning.what !== "object" && isOurs(error) ? defect(attempt, sqlstate) : other(attempt, error);
    case "other":
      return other(attempt, error);
  }
}

const GENERATED_ALWAYS = "428C9";

const denied = (by: Denial): Outcome => ({ kind: "denied", by });

const unsettled = (cause: Unsettled): Outcome => ({ kind: "not settled", cause });

const defect = (attempt: Attempt, sqlstate: string): Outcome =>
  unsettled({ kind: "defect", sqlstate, relation: attempt.relation, attack: attempt.attack });

const isOurs = ({ inside }: RaisedError): boolean => inside.kind === "statement";

function other({ through }: Attempt, { sqlstate, inside }: RaisedError): Outcome {
  return unsettled(
    through.kind === "function"
      ? { kind: "call", function: through.name, sqlstate }
      : { kind: "error", sqlstate, inside: inside.kind === "function" ? inside.name : null },
  );
}

/** 42501 for want of a privilege: on what the statement names itself, or on what a policy of it reads. */
function refused(
  attempt: Attempt,
  actor: Actor,
  meaning: Extract<ErrorMeaning, { kind: "grant" | "privilege" }>,
  { inside }: RaisedError,
  { grants }: Facts,
): Outcome {
  const { relation, through } = attempt;
  if (meaning.kind === "privilege") {
    // "must be owner of" and the like; "permission denied" in another language too
    return grants.holdsAll(actor.role, relation) === true && attempt.judge.kind === "foreign"
      ? unsettled({ kind: "privilege", relation })
      : denied("grant");
  }
  const { object, name } = meaning.on;
  if (through.kind === "function") {
    // a function of its caller's rights that reads a table: the caller lacks the privilege
    return inside.kind !== "unknown" || object === "function" || object === "procedure" || object === "schema"
      ? denied("grant")
      : unsettled({ kind: "missing grant", role: actor.role, object, name, relation });
  }
  const own =
    object === "schema"
      ? schemasOf(attempt).includes(name)
      : object === "function" || object === "procedure"
        ? false
        : isOfRelation(attempt, name) || object === "sequence";
  // a policy may read a relation of the same name in another schema
  const elsewhere = own && object !== "schema" && isDirect(attempt) && grants.holdsAll(actor.role, relation) === true;
  if (own && !elsewhere && inside.kind !== "function") return denied("grant");
  return unsettled({ kind: "missing grant", role: actor.role, object, name, relation });
}

/** True if a message that names a relation without its schema means the one that is attacked. */
const isOfRelation = ({ relation, through, behind = [] }: Attempt, name: string): boolean =>
  [relation, through.name, ...behind].some((key) => parseName(key)?.name === name);

const schemasOf = ({ relation, through, behind = [] }: Attempt): string[] =>
  [relation, through.name, ...behind].flatMap((key) => nameParts(key)?.[0] ?? []);
