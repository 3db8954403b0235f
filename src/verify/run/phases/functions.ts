import { tupleKey, type Attempt, type Form, type Said, type TupleKey } from "../../matrix/index.ts";
import {
  functionAttempts,
  mayLookUp,
  signatureOf,
  uncallable,
  type ArgumentSource,
  type Callable,
} from "../../attacks/index.ts";
import type { Judged } from "../../judge/index.ts";
import type { Actor } from "../../personas/index.ts";
import type { SessionState } from "../session-state.ts";
import { ownState } from "./own-values.ts";
import { controlKey, reachedOwn } from "../settling.ts";
import type { FunctionKey } from "../../../pg/name.ts";
import { record } from "../record.ts";
import type { Run } from "../state.ts";
import { callablesOf, perform, sourceOf } from "../run.ts";

/** Every function that can be called, with own and with foreign values. */
export async function functions(run: Run): Promise<void> {
  const { environment } = run;
  const source = sourceOf(environment);
  const found = callablesOf(environment);
  const actors = run.actors.filter(
    ({ class: cls, token }) => cls !== "bad claims" || token === "no claims" || token === "no tenant",
  );
  for (const fn of uncallable(environment.catalog, environment.facts))
    for (const actor of actors.filter(({ class: cls }) => cls === "member").slice(0, 1)) {
      const attempt = untried(signatureOf(fn));
      record(run, { actor, attempts: [attempt], standing: null }, attempt, UNTRIED);
    }
  for (const [n, callable] of found.entries()) {
    run.options.progress.tick("functions", n, found.length);
    for (const actor of actors) await call(run, callable, actor, null, source);
    // where the application sets variables, a function may answer nothing without them
    if (!mayLookUp(callable.facts) || run.settling.reached.has(callKey(callable))) continue;
    for (const actor of actors.filter(({ class: cls }) => cls === "member")) {
      const standing = ownState(run, actor);
      if (standing !== null) await call(run, callable, actor, standing, source);
    }
  }
}

/** A function that is not called, so that it is not passed over in silence. */
const untried = (name: FunctionKey): Attempt => ({
  relation: name,
  through: { kind: "function", name },
  command: "CALL",
  form: { kind: "other" },
  attack: "call",
  sql: "",
  answer: "output",
  probe: null,
  judge: { kind: "foreign" },
});

const UNTRIED: Judged = {
  outcome: { kind: "not settled", cause: { kind: "not tried", why: "arguments without a value" } },
  crosses: false,
  relations: [],
};

const callKey = ({ name }: Callable): TupleKey => tupleKey(name, "CALL");

/** Every call of one function by one persona. */
async function call(
  run: Run,
  callable: Callable,
  actor: Actor,
  standing: SessionState | null,
  source: ArgumentSource,
): Promise<void> {
  const looksUp = mayLookUp(callable.facts);
  const attempts = functionAttempts(callable, actor, source);
  const own = attempts.find(({ form }) => isCall(form, "own"))?.sql;
  const nobody = attempts.find(({ form }) => isCall(form, "nobody"))?.sql;
  const said: Answers = new Map();
  // what own and nobody's values answer comes first, to compare with
  const first = ({ judge, form }: Attempt): number => (judge.kind === "control" ? 2 : Number(isCall(form, "own")));
  const ordered = attempts.toSorted((a, b) => first(b) - first(a));
  await perform(run, { actor, attempts: ordered, standing }, (attempt, judged, answer) => {
    if (answer.kind === "answer" && attempt.form.kind === "call") said.set(attempt.form.whose, answer.said);
    if (answers(callable.fn.result, attempt, said)) reachedOwn(run.settling, controlKey(attempt));
    if (!looksUp || attempt.sql === own) return judged;
    const told = tells(callable.fn.result, attempt, judged, said);
    if (told !== judged && nobody !== undefined) attempt.otherHalf = nobody;
    return told;
  });
}

/**
 * True if a call with own values answered something that it does not answer to values of nobody, or a truth value
 * without being asked about anybody: then the function was reached, and an empty answer to foreign values is a refusal.
 */
function answers(result: string, attempt: Attempt, said: Answers): boolean {
  if (!isCall(attempt.form, "own")) return false;
  const own = said.get("own");
  if (isEmpty(own) || textOf(own) === "") return false;
  const nobody = textOf(said.get("nobody"));
  return nobody === undefined ? result === "boolean" : nobody !== textOf(own);
}

type CallForm = Extract<Form, { kind: "call" }>;

/** What a call answered, by whose values it was made with. */
type Answers = Map<CallForm["whose"], Said>;

const isCall = (form: Form, whose: CallForm["whose"]): boolean => form.kind === "call" && form.whose === whose;

/**
 * A number or a boolean that differs between another tenant's values and values of nobody reveals something about that
 * tenant's rows; so do rows that are returned only for the other tenant's values. Exceptions: the result differs
 * between two values of nobody, or the rows are the persona's own.
 */
function tells(result: string, attempt: Attempt, judged: Judged, said: Answers): Judged {
  if (judged.crosses || !isCall(attempt.form, "foreign")) return judged;
  const nobody = said.get("nobody");
  const [theirs, nobodys, others] = [said.get("foreign"), nobody, said.get("other nobody")].map(textOf);
  if (theirs === undefined || nobodys === undefined || theirs === nobodys || theirs === "") return judged;
  if (others !== nobodys) return judged;
  const scalar = /^(SETOF )?(smallint|integer|bigint|numeric|real|double precision|boolean)$/.test(result);
  // an own value in the result, and none of another tenant: they are own rows
  const { outcome } = judged;
  const isOwn = outcome.kind === "allowed" && outcome.own > 0;
  if (!scalar && (!isEmpty(nobody) || isOwn)) return judged;
  const evidence = `${theirs.slice(0, 80)} for another tenant, ${nobodys.slice(0, 80) || "nothing"} for nobody`;
  return { ...judged, crosses: true, outcome: { kind: "allowed", own: 0, foreign: 1, evidence } };
}

const textOf = (said: Said | undefined): string | undefined => (said?.kind === "output" ? said.text : undefined);

/** No rows, or one row without a value. */
function isEmpty(said: Said | undefined): boolean {
  if (said?.kind !== "output") return false;
  const [row, ...more] = said.rows;
  if (row === undefined) return true;
  const values = typeof row === "object" && row !== null ? Object.values(row) : [];
  return more.length === 0 && values.length > 0 && values.every((value) => NOTHING.has(JSON.stringify(value)));
}

const NOTHING = new Set(["[]", "{}", "null", '""']);
