import type { Config } from "../config.ts";
import { pgErrorOf, type Db } from "../db/port.ts";
import { passingSent } from "../db/savepoint.ts";
import { sentTogether } from "../db/sent-together.ts";
import { sampleRows } from "../fixtures/index.ts";
import type { Relation } from "../pg/catalog.ts";
import { matchesName } from "../pg/name-pattern.ts";
import { nameKey, type NameKey } from "../pg/name.ts";
import { readAttempts } from "./attacks/index.ts";
import { isPlain, tupleKey, type PlainForm, type Subject, type TupleKey } from "./matrix/index.ts";
import type { CheckBatch } from "./pre-commit-reads.ts";
import {
  answered,
  answersTo,
  keyOf,
  looksOf,
  repliesTo,
  withoutAnswer,
  type AnsweredBatch,
} from "./pre-commit-replies.ts";
import {
  clearingText,
  collectEvidence,
  NO_GRANTS,
  readSurface,
  settingsToClear,
  targetsByName,
  targetsOf,
  type Known,
  type Target,
} from "./environment/index.ts";
import { judge } from "./judge/index.ts";
import { actorsFor, type Actor } from "./personas/index.ts";
import { privilegesOf, victimsAtOnce } from "./run/index.ts";

/** A few cells on a live database, prepared beforehand, and run inside a transaction that changes policies. */
export interface PreCommitCheck {
  /**
   * The openings: rows of others that are read now and were not before, or that are read by way of a variable, a line
   * each; inside the open transaction.
   */
  ask(db: Db, relations: ReadonlySet<NameKey>): Promise<string[]>;
  /** the cells that could not be checked, a sentence each */
  said(): string[];
}

/** Milliseconds that all statements of a check may take together: relations are locked while they run. */
const LONGEST = 250;

const READ = new Set<PlainForm>(["read"]);

/**
 * Choose existing rows of two tenants, and record which rows of the other tenant a member of one, a token without
 * claims, and `anon` read: now, and whenever `ask` is called, with no variable set and with all of them set to the
 * other tenant. Only reads: nothing in a live database is changed.
 */
export async function preparePreCommitCheck(
  db: Db,
  known: Known,
  config: Config["verify"],
  relations: ReadonlySet<NameKey>,
): Promise<PreCommitCheck> {
  try {
    const [, check] = await sentTogether([
      db.exec("begin read only; set local statement_timeout = '10s'; set local lock_timeout = '1s'"),
      prepared(db, known, config, relations),
    ]);
    return check;
  } catch (error) {
    const raised = pgErrorOf(error);
    if (!raised) throw error;
    // rows that cannot be read are no reason to refuse the plan; the missing check is reported
    return {
      ask: async () => [],
      said: () => [`no access was checked before COMMIT: rows of two tenants could not be chosen (${raised.message})`],
    };
  } finally {
    // what is sent next comes after it
    void db.exec("rollback").catch(() => {});
  }
}

async function prepared(
  db: Db,
  known: Known,
  config: Config["verify"],
  relations: ReadonlySet<NameKey>,
): Promise<PreCommitCheck> {
  const said = new Set<string>();
  const [fixtures, surface] = await sentTogether([
    sampleRows(db, known.catalog, known.context, known.columns, known.trees),
    readSurface(db),
  ]);
  const touched = known.catalog.relations.filter((relation) => relations.has(nameKey(relation)));
  const everybody = actorsFor(known.catalog, known.context, fixtures);
  const chosen = [
    everybody.find((one) => one.class === "member"),
    everybody.find(({ token }) => token === "no claims"),
    everybody.find((one) => one.class === "anon"),
  ].filter((actor) => actor !== undefined);
  const [all, above] = await sentTogether([
    targetsOf(db, { ...known.catalog, relations: touched }, surface, fixtures, true),
    privilegesByRole(db, touched, chosen),
  ]);
  const targets = targetsByName(all);
  const evidence = await collectEvidence(db, targets);
  const looked = [...targets.values()].filter(({ foreignRows }) => foreignRows.length > 0);
  const without = [...relations].filter((name) => !looked.some((target) => target.name === name));
  if (without.length > 0)
    said.add(
      `not checked before COMMIT, since there are no rows of two tenants that can be distinguished: ${without.length > 5 ? `${without.length} of ${relations.size} relations` : without.join(", ")}`,
    );
  const standings = [
    null,
    // all variables at once, by set_config
    ...victimsAtOnce({ ...known, fixtures, tenantSetting: fixtures.tenantSetting }, "set_config"),
  ];
  const batches = looked.flatMap((target) =>
    chosen.flatMap((actor) => {
      if (above.get(actor.role)?.has(target.name) === true) return [];
      const attempts = readAttempts(target, targets, surface, { limited: true, prepared: false }).filter((attempt) =>
        isPlain(attempt, READ),
      );
      return attempts.flatMap((attempt) =>
        standings.map((standing): CheckBatch => ({ actor, standing, attempts: [attempt] })),
      );
    }),
  );
  const clearing = clearingText(settingsToClear(known));
  /** the cells of a batch that cross, each with its `tupleKey` */
  const crossing = ({ batch: { actor, standing, attempts }, answers }: AnsweredBatch): [TupleKey, Crossing][] =>
    attempts.flatMap((attempt, n) => {
      const answer = answers[n];
      if (!answer) return [];
      const { outcome, crosses } = judge(attempt, actor, answer, { targets, evidence, grants: NO_GRANTS });
      if (outcome.kind === "not settled")
        said.add(
          `not checked as \`${actor.role}\`: ${outcome.cause.kind === "limit" ? outcome.cause.limit : outcome.cause.kind}`,
        );
      if (!crosses || isDeclared(config, attempt.relation)) return [];
      const line = `${attempt.relation}: ${actor.name} reads rows of another tenant${standing === null ? "" : `, ${standing.name}`}`;
      const [key, plain] = [standing?.name ?? "", ""].map((state) => tupleKey(attempt.relation, actor.name, state));
      return key === undefined || plain === undefined ? [] : [[key, { plain, line }]];
    });
  const { before, raising, absent, quick } = await triedBefore(db, looked, batches, clearing);
  const slow = looked.filter(({ name }) => !quick.has(name)).map(({ name }) => name);
  if (slow.length > 0)
    said.add(
      `not checked before COMMIT, since all relations would be locked for the time that takes: ${slow.length > 5 ? `${slow.length} of ${relations.size} relations` : slow.join(", ")}`,
    );
  const crossedBefore = new Set(before.flatMap((one) => crossing(one).map(([key]) => key)));
  return {
    said: () => [...said],
    ask: async (on, names) => {
      const asked = new Set<Subject>([...names].filter((name) => quick.has(name)));
      const wanted = batches
        .filter(({ attempts: [one] }) => one && asked.has(one.relation))
        .filter((batch) => !absent.has(keyOf(batch)));
      const found = await answersTo(on, looksOf(wanted, raising), clearing);
      if (found === null) {
        said.add("not checked before COMMIT: the statements took too long");
        return [];
      }
      const now = new Map(found.flatMap(crossing));
      return [...now].flatMap(([key, { plain, line }]) => {
        // an opening that existed before and needs no variable is not caused by this change; one by way of a variable
        // is the kind that the change is to close
        if (key === plain) return crossedBefore.has(key) ? (said.add(`${line}, as before`), []) : [line];
        return now.has(plain) ? [] : [line];
      });
    },
  };
}

const isDeclared = (config: Config["verify"], relation: Subject): boolean =>
  Object.keys(config.shared).some((pattern) => matchesName(pattern, relation)) ||
  config.expected.some(({ object }) => matchesName(object, relation));

/** A cell that reaches rows of another tenant, and the key of the same without a variable. */
interface Crossing {
  plain: TupleKey;
  line: string;
}

/** For each role of the personas the relations whose row security does not apply to it. */
async function privilegesByRole(
  db: Db,
  touched: readonly Relation[],
  actors: readonly Actor[],
): Promise<Map<string, ReadonlyMap<Subject, string>>> {
  const targets = new Map(
    touched.map((one) => {
      const name = nameKey(one);
      return [name, { name, schema: one.schema, relation: one.name, rowSecurity: one.rowSecurity }];
    }),
  );
  const environment = {
    db,
    targets,
    transaction: async <Result>(work: () => Promise<Result>): Promise<Result> => passingSent(db, work),
  };
  const roles = [...new Map(actors.map((actor) => [actor.role, actor])).values()];
  const found = await sentTogether(roles.map(async (actor) => privilegesOf(environment, actor)));
  return new Map(roles.map(({ role }, n) => [role, found[n] ?? new Map<Subject, string>()]));
}

interface TriedBefore {
  /** of the relations that are quick */
  before: AnsweredBatch[];
  /** the cells whose read raised an error, by `tupleKey` */
  raising: ReadonlySet<TupleKey>;
  /** the cells that cannot be asked, whatever the policies: the login may not take the role. By `tupleKey` */
  absent: ReadonlySet<TupleKey>;
  /** the relations whose reads take no longer than `LONGEST` together */
  quick: ReadonlySet<Subject>;
}

/**
 * Run the batches, each of which reads one relation, and measure their time on the server. A relation with a statement
 * that took too long is not quick.
 */
async function triedBefore(
  db: Db,
  looked: readonly Target[],
  batches: readonly CheckBatch[],
  clearing: string,
): Promise<TriedBefore> {
  const done = {
    before: new Array<AnsweredBatch>(),
    raising: new Set<TupleKey>(),
    absent: new Set<TupleKey>(),
    quick: new Set<Subject>(),
  };
  const of = (name: Subject): CheckBatch[] => batches.filter(({ attempts: [one] }) => one?.relation === name);
  const first = await repliesTo(
    db,
    looked.map(({ name }) => looksOf(of(name), new Set())),
    clearing,
  );
  const raised = first.map((reply) => (reply === null ? [] : withoutAnswer(reply)));
  const second = await repliesTo(
    db,
    raised.map((single) => ({ together: [], single })),
    clearing,
  );
  let spent = 0;
  for (const [n, { name }] of looked.entries()) {
    const [reply, other] = [first[n], second[n]];
    if (!reply || !other) continue;
    const [absent, raising] = partitioned(answered(other), isAbsent);
    const took = reply.ms + (raising.length > 0 ? other.ms : 0);
    if (spent + took > LONGEST) continue;
    spent += took;
    done.quick.add(name);
    done.before.push(...answered(reply), ...answered(other));
    for (const { batch } of raising) done.raising.add(keyOf(batch));
    for (const { batch } of absent) done.absent.add(keyOf(batch));
  }
  return done;
}

/** True if the persona could not arrive: an error before its statement. */
const isAbsent = ({ answers }: AnsweredBatch): boolean =>
  answers.every((answer) => answer.kind === "error" && answer.at === "prelude");

function partitioned<One>(all: readonly One[], isFirst: (one: One) => boolean): [One[], One[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}
