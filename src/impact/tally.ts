import type { Relation } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import type { Answer } from "./evaluate.ts";
import { reasonOf } from "./reason.ts";
import type { CannotTell, Change, ChangeEntry, CountedUsers, RelationImpact, Standing, Untold } from "./result.ts";
import { statementsFor } from "./see.ts";
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

const MOST_IDS = 20;

/** The change of a told answer; null: the same rows, or an error on both sides. */
export function changeOf({ before, after, lost, gained }: Extract<Answer, { kind: "told" }>): Change | null {
  if (after.kind === "raised") return before.kind === "raised" ? null : "would raise";
  if (before.kind === "raised") return after.count > 0 ? "gains" : null;
  if (lost > 0) return lost === before.count ? "loses all" : "loses some";
  return gained > 0 ? "gains" : null;
}

/** The answers of users about one relation, counted. */
export class Tally {
  readonly #context: ContextMap;
  readonly #relation: Relation;
  readonly #fromUsers: boolean;
  readonly #changed = new Set<User>();
  readonly #untold = new Map<string, { because: CannotTell; users: Set<User> | null }>();
  readonly #entries = new Map<string, { entry: ChangeEntry; users: Set<User> }>();

  constructor(context: ContextMap, relation: Relation, fromUsers: boolean) {
    this.#context = context;
    this.#relation = relation;
    this.#fromUsers = fromUsers;
  }

  /** Users for whom the relation cannot be told; null: all. */
  untold(because: CannotTell, users: readonly User[] | null): void {
    const key = JSON.stringify(because);
    const there = this.#untold.get(key) ?? { because, users: users === null ? null : new Set<User>() };
    this.#untold.set(key, there);
    for (const user of users ?? []) there.users?.add(user);
  }

  /** Count answers. A user who arrives in several ways of one standing counts once for each change. */
  add(all: readonly UserAnswer[]): void {
    for (const one of all) {
      if (one.answer.kind === "untold") {
        this.untold(one.answer.because, [one.user]);
        continue;
      }
      const change = changeOf(one.answer);
      if (change !== null) this.#count(one, one.answer, change);
    }
  }

  #count(one: UserAnswer, answer: Extract<Answer, { kind: "told" }>, change: Change): void {
    const { user, standing, variables, newClaims } = one;
    const reason = reasonOf(answer, user, { standing, variables }, this.#context, newClaims);
    const group = classOf(user, this.#context);
    const sqlstate = answer.after.kind === "raised" ? answer.after.sqlstate : null;
    const key = JSON.stringify([group, standing, change, sqlstate, reason]);
    this.#changed.add(user);
    const there = this.#entries.get(key) ?? {
      entry: {
        class: group,
        standing,
        change,
        sqlstate,
        reason,
        users: { total: 0, ids: [] },
        rows: { before: 0, after: 0, lost: 0, gained: 0 },
        statements: this.#fromUsers ? statementsFor(this.#relation, user, variables) : null,
      },
      users: new Set<User>(),
    };
    this.#entries.set(key, there);
    const { rows } = there.entry;
    rows.before = answer.before.kind === "raised" || rows.before === null ? null : rows.before + answer.before.count;
    rows.after = answer.after.kind === "raised" || rows.after === null ? null : rows.after + answer.after.count;
    rows.lost += answer.lost;
    rows.gained += answer.gained;
    there.users.add(user);
  }

  result(users: number): Pick<RelationImpact, "unchanged" | "changes" | "untold"> {
    const untold = [...this.#untold.values()];
    const notTold = new Set(untold.flatMap((one) => [...(one.users ?? [])]));
    const touched = new Set([...this.#changed, ...notTold]);
    return {
      unchanged: untold.some((one) => one.users === null && one.because.kind !== "sample") ? 0 : users - touched.size,
      changes: [...this.#entries.values()]
        .map(({ entry, users: of }): ChangeEntry => ({ ...entry, users: countedUsers([...of]) }))
        .toSorted((a, b) => ORDER.indexOf(a.change) - ORDER.indexOf(b.change) || b.users.total - a.users.total),
      untold: untold.map(({ because, users: of }): Untold => ({ because, users: of && countedUsers([...of]) })),
    };
  }
}

const ORDER: readonly Change[] = ["would raise", "loses all", "loses some", "gains"];

const countedUsers = (users: readonly User[]): CountedUsers => ({
  total: users.length,
  ids: users.map(({ id }) => id).slice(0, MOST_IDS),
});
