import { deleteAttempts, insertAttempts, readAttempts, updateAttempts } from "../attacks/index.ts";
import type { Target, Targets, TestEnvironment } from "../environment/index.ts";
import { judge } from "../judge/index.ts";
import {
  isPlain,
  type PlainForm,
  probesOf,
  runAttempts,
  tupleKey,
  type Answered,
  type Attempt,
  type TupleKey,
} from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { meaningOf } from "../../request/index.ts";
import { ownState, rowCommandOf, verdictOf, type Example, type Run, type SessionState } from "../run/index.ts";
import { emittedAnswer } from "./examples.ts";
import { expectedOf, reachedBy } from "./expected.ts";
import type { Expected, IsolationCheck } from "./isolation-tests.ts";
import { printedSql } from "./printed-sql.ts";
import { probeOf } from "./probe.ts";
import { tellsMore, type Tried } from "./telling.ts";

/** The statements that each persona tries in the emitted tests: enough to notice a policy that changes, few enough to be read. */
const isChosen = ({ form }: Attempt): boolean => form.kind === "plain" || form.kind === "with value";

const READ = { limited: true, prepared: true };

const ON_OWN = new Set<PlainForm>(["insert own", "insert own again", "update own", "delete own"]);

/** Those that are tried where a breach is open, which has tests of its own. */
const WHERE_OPEN = new Set<PlainForm>(["read", "insert foreign", "update foreign", "move own", "delete foreign"]);

/** A persona, and the variables that it comes with. */
export interface Sender {
  actor: Actor;
  name: string;
  standing: SessionState | null;
}

/** Each persona, and a member once more with its own variables where there are such. */
export const sendersOf = (run: Run, actors: readonly Actor[]): Sender[] =>
  actors.flatMap((actor): Sender[] => {
    const own = actor.class === "member" ? ownState(run, actor) : null;
    return [
      { actor, name: actor.name, standing: null },
      ...(own === null ? [] : [{ actor, name: `${actor.name}, with its variables`, standing: own }]),
    ];
  });

/**
 * What each sender reaches in each table today, as tests. `emptied`: statements that run before; `examples`: the
 * breaches, which say what is open. `senders`: those that the tests name; one with variables is worth its tests only if
 * they let it reach rows of its own.
 */
export async function tableChecks(
  run: Run,
  all: readonly Sender[],
  targets: Targets,
  emptied: readonly string[],
  examples: readonly Example[],
): Promise<{ checks: IsolationCheck[]; senders: Sender[] }> {
  const { environment } = run;
  const probes = probesOf(targets.values());
  const firstMember = all.find(({ actor }) => actor.class === "member")?.actor;
  const opened = new Set(examples.map(({ attempt }) => tupleKey(attempt.relation, rowCommandOf(attempt))));
  // a correction that takes the right to read away stops updates and deletes with a condition as well
  const isOpen = (attempt: Attempt): boolean =>
    opened.has(tupleKey(attempt.relation, rowCommandOf(attempt))) ||
    (attempt.command !== "INSERT" && opened.has(tupleKey(attempt.relation, "SELECT")));
  const tried: Tried[] = [];
  const reached = new Set<TupleKey>();
  const richer = new Set<string>();
  for (const target of targets.values())
    for (const { actor, name, standing } of all) {
      // a persona without a tenant owns no row: it tries what the first member does
      const author = actor.tenant === null ? (firstMember ?? actor) : actor;
      const attempts = attemptsOn(target, author, targets, environment);
      const batch = {
        role: actor.role,
        claims: actor.claims ?? "",
        setup: [],
        prelude: [...emptied, ...(standing?.prelude ?? [])],
        preludeWrites: false,
        attempts,
      };
      const answers = await environment.transaction(async () => runAttempts(environment.db, batch, probes));
      const judged = attempts.flatMap((attempt, index) => {
        const answer = answers[index];
        if (!answer || (answer.kind === "error" && answer.at === "setup")) return [];
        const { judgement } = verdictOf(
          run,
          { actor, attempts: [], standing },
          attempt,
          judge(attempt, actor, answer, run.facts),
        );
        return [{ attempt, answer, judgement }];
      });
      // what a role with a breach of its own reaches of its rows, it may reach by the same way
      const isOpenTo = actor.class === "other role" && judged.some(({ judgement }) => judgement === "breach");
      for (const { attempt, answer, judgement } of judged) {
        // rows that all tenants share are no right of anybody's to be tested
        const isShared = judgement !== "breach" && reachedBy(answer, target).foreign > 0;
        if (judgement === "expected" || isShared) continue;
        const open = isOpen(attempt) || judgement === "breach" || isOpenTo;
        const expected = expectedAt(actor, attempt, answer, target, open);
        const cell = tupleKey(attempt.relation, actor.name, attempt.attack);
        if (expected.kind === "own" && standing === null) reached.add(cell);
        else if (expected.kind === "own" && !reached.has(cell)) richer.add(name);
        if (isOpen(attempt) && !isPlain(attempt, WHERE_OPEN)) continue;
        const constraint = isConstraint(answer) || (expected.kind !== "nothing" && expected.kind !== "own");
        tried.push({ check: { ...checkOf(attempt, name, target), expected, constraint }, form: attempt.form });
      }
    }
  const senders = all.filter(({ name, standing }) => standing === null || richer.has(name));
  const kept = tried.filter(({ check }) => senders.some(({ name }) => name === check.persona));
  return { checks: kept.filter(tellsMore(kept)).map(({ check }) => check), senders };
}

/** A constraint comes after the policies: on a row of its own they have let it through, and elsewhere they may have. */
function expectedAt(actor: Actor, attempt: Attempt, answer: Answered, target: Target, open: boolean): Expected {
  if (!isConstraint(answer) || open || actor.tenant === null) return expectedOf(actor, attempt, answer, target, open);
  return { kind: isPlain(attempt, ON_OWN) ? "own" : "not foreign" };
}

const isConstraint = (answer: Answered): boolean =>
  answer.kind === "error" && meaningOf(answer.sqlstate).kind === "constraint";

const attemptsOn = (target: Target, actor: Actor, targets: Targets, environment: TestEnvironment): Attempt[] =>
  [
    ...readAttempts(target, targets, environment.surface, READ),
    ...insertAttempts(target, actor, environment.tenantSetting),
    ...updateAttempts(target, actor, environment.tenantSetting, true),
    ...deleteAttempts(target, actor, true),
  ]
    .filter(isChosen)
    .map((attempt): Attempt => ({
      ...attempt,
      sql: printedSql(attempt, target),
      probe: attempt.probe && { kind: "relation", name: target.name },
    }));

const checkOf = (attempt: Attempt, persona: string, target: Target): Omit<IsolationCheck, "expected"> => ({
  relation: attempt.relation,
  persona,
  attack: attempt.attack,
  setup: attempt.setup ?? [],
  before: [],
  sql: attempt.sql,
  answer: emittedAnswer(attempt),
  probes: [probeOf(target)],
});
