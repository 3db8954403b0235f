import type { Relation } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import type { Answer } from "./evaluate.ts";
import { reasonOf } from "./reason.ts";
import type {
  CannotTell,
  Change,
  ChangeEntry,
  CountedUsers,
  RelationImpact,
  RowCounts,
  Standing,
  Untold,
} from "./result.ts";
import { statementsFor, type VariableQueries } from "./see.ts";
import { classOf, type User, type Variables } from "./user.ts";

/** What both sides show to a user in one way of arriving. */
export interface UserAnswer {
  user: User;
  standing: Standing;
  variables: Variables;
  answer: Answer;
  /** the claims that the new policies read; null: any */
  newClaims: string[][] | null;
}

type Told = Extract<Answer, { kind: "told" }>;

const MOST_IDS = 20;

/** The change of a told answer; null: the same rows, or an error on both sides. */
export function changeOf({ before, after, lost, gained }: Told): Change | null {
  if (after.kind === "raised") return before.kind === "raised" ? null : "would raise";
  if (before.kind === "raised") return after.count > 0 ? "gains" : null;
  if (lost > 0) return lost === before.count ? "loses all" : "loses some";
  return gained > 0 ? "gains" : null;
}

/** The answers of users about one relation, counted. */
export interface Tally {
  /** Users for whom the relation cannot be told; null: all. */
  untold(because: CannotTell, users: readonly User[] | null): void;
  /** Count answers. A user who arrives in several ways of one standing counts once for each change. */
  add(all: readonly UserAnswer[]): void;
  /** `users`: how many there are */
  result(users: number): Pick<RelationImpact, "unchanged" | "changes" | "untold">;
}

/** `queries`: null where no statement can take the claims of a user from auth.users. */
export function newTally(context: ContextMap, relation: Relation, queries: VariableQueries | null): Tally {
  const changed = new Set<User>();
  const untold = new Map<string, { because: CannotTell; users: Set<User> | null }>();
  const entries = new Map<string, { entry: ChangeEntry; users: Set<User> }>();

  const addUntold: Tally["untold"] = (because, users) => {
    const key = JSON.stringify(because);
    const there = untold.get(key) ?? { because, users: users === null ? null : new Set<User>() };
    untold.set(key, there);
    for (const user of users ?? []) there.users?.add(user);
  };

  const entryFor = (one: UserAnswer, answer: Told, change: Change): { entry: ChangeEntry; users: Set<User> } => {
    const { user, standing, variables, newClaims } = one;
    const alike = {
      class: classOf(user, context),
      standing,
      change,
      sqlstate: answer.after.kind === "raised" ? answer.after.sqlstate : null,
      reason: reasonOf(answer, user, { standing, variables }, context, newClaims),
    };
    const key = JSON.stringify(alike);
    const there = entries.get(key) ?? {
      entry: {
        ...alike,
        users: { total: 0, ids: [] },
        rows: { before: 0, after: 0, lost: 0, gained: 0 },
        statements: queries === null ? null : statementsFor(relation, user, variables, queries),
      },
      users: new Set<User>(),
    };
    entries.set(key, there);
    return there;
  };

  const count = (one: UserAnswer, answer: Told, change: Change): void => {
    changed.add(one.user);
    const { entry, users } = entryFor(one, answer, change);
    users.add(one.user);
    entry.rows = summed(entry.rows, answer);
  };

  return {
    untold: addUntold,
    add: (all) => {
      for (const one of all) {
        if (one.answer.kind === "untold") {
          addUntold(one.answer.because, [one.user]);
          continue;
        }
        const change = changeOf(one.answer);
        if (change !== null) count(one, one.answer, change);
      }
    },
    result: (users) => {
      const open = [...untold.values()];
      const touched = new Set([...changed, ...open.flatMap((one) => [...(one.users ?? [])])]);
      return {
        unchanged: open.some((one) => one.users === null && one.because.kind !== "sample") ? 0 : users - touched.size,
        changes: [...entries.values()]
          .map(({ entry, users: of }): ChangeEntry => ({ ...entry, users: countedUsers([...of]) }))
          .toSorted((a, b) => ORDER.indexOf(a.change) - ORDER.indexOf(b.change) || b.users.total - a.users.total),
        untold: open.map(({ because, users: of }): Untold => ({ because, users: of && countedUsers([...of]) })),
      };
    },
  };
}

const summed = (rows: RowCounts, { before, after, lost, gained }: Told): RowCounts => ({
  before: before.kind === "raised" || rows.before === null ? null : rows.before + before.count,
  after: after.kind === "raised" || rows.after === null ? null : rows.after + after.count,
  lost: rows.lost + lost,
  gained: rows.gained + gained,
});

const ORDER: readonly Change[] = ["would raise", "loses all", "loses some", "gains"];

const countedUsers = (users: readonly User[]): CountedUsers => ({
  total: users.length,
  ids: users.map(({ id }) => id).slice(0, MOST_IDS),
});
