import type { CriterionName } from "../../gate-criteria.ts";
import type { StatementCount } from "../sample.ts";
import type { Cause, Judgement } from "./criterion.ts";
import { pairsOf, showsLoss, type Pair } from "./filtered.ts";
import type { SeenOfKind } from "./seen.ts";
import { concerned, touchedKey } from "./statements.ts";
import type { Watched } from "./watched.ts";

/** What was read of a target, with one fault that was not read of it. */
export interface Planted {
  watched: Watched;
  /** true if a criterion that judges it has found the fault */
  isFound: (judgement: Judgement) => boolean;
}

/**
 * For each criterion, faults in what was read, each in a copy of its own and large enough that no limit may hide it. None:
 * nothing was read in which a fault could stand, so that the criterion cannot fail. They show that the criterion fails by
 * these readings and these limits. They do not show that the readings are true: that is for a fault on the target itself,
 * which only `denials` and `isolation` have.
 */
export const PLANTS: Record<CriterionName, (watched: Watched) => Planted[]> = {
  time: (watched) => {
    const last = watched.seen.after.times.at(-1);
    if (last === undefined) return [];
    return [
      {
        watched: { ...watched, now: new Date(last + WEEK).toISOString() },
        isFound: ({ state, causes }) => state !== "passed" && causes.some(({ cause }) => cause === "no sample since"),
      },
    ];
  },

  denials: (watched) => {
    const relation = watched.plan.touched[0]?.relation.split(".").at(-1) ?? null;
    const denials = new Map(watched.seen.after.denials).set(NAME, {
      family: relation === null ? "recursion" : "row check",
      sqlstate: relation === null ? "42P17" : "42501",
      relation,
      policy: null,
      function: null,
      object: null,
      login: NAME,
      count: 1,
      first: null,
      last: null,
    });
    return [{ watched: withAfter(watched, { denials }), isFound: failsBy("denial", ({ role }) => role === NAME) }];
  },

  filtering: (watched) => {
    const { before, after } = watched.seen;
    const pair = mostCalled(pairsOf(before, after).filter(showsLoss));
    if (pair === undefined) return [];
    const isFound = failsBy(
      "no rows",
      ({ relation, role, command }) => relation === pair.relation && role === pair.role && command === pair.command,
    );
    return [{ watched: withAfter(watched, withoutRows(after, pair)), isFound }];
  },

  claims: (watched) => {
    const { requests, bypassing } = watched.seen.after;
    const role = [...requests.roles].find(
      ([name, { n }]) => n > 0 && name !== "anon" && !bypassing.includes(name),
    )?.[0];
    if (role === undefined) return [];
    const missing = new Map(requests.missing).set(NAME, { role, claim: NAME, count: 1 });
    return [
      {
        watched: withAfter(watched, { requests: { ...requests, missing } }),
        isFound: failsBy("request without claim", ({ claim }) => claim === NAME),
      },
    ];
  },

  isolation: (watched) => {
    const { isolation } = watched.seen.after;
    if (isolation === null) return [];
    const breaches = [{ subject: NAME, role: NAME, object: NAME }, ...isolation.breaches];
    const faults: Planted[] = [
      {
        watched: withAfter(watched, { isolation: { ...isolation, breaches } }),
        isFound: failsBy("breach", ({ subject }) => subject === NAME),
      },
    ];
    if (watched.tests?.kind === "accepted")
      faults.push({
        watched: { ...watched, tests: { kind: "failed", failed: 1, cases: watched.tests.cases } },
        isFound: failsBy("tests failed", ({ count }) => count === 1),
      });
    return faults;
  },

  speed: (watched) => [...slowerStatement(watched), ...worsePlan(watched)],

  objects: (watched) => {
    const { objects } = watched.seen.after;
    // the comparison with the catalog was shown where it was read, see `plantedIn`
    if (objects === null || objects.planted !== "seen") return [];
    const differences = [{ relation: null, cause: "policy changed" as const, object: NAME }, ...objects.differences];
    return [
      {
        watched: withAfter(watched, { objects: { ...objects, differences } }),
        isFound: failsBy("object", ({ object }) => object === NAME),
      },
    ];
  },

  coverage: (watched) => {
    const { after } = watched.seen;
    const [used] = [...concerned(after).values()].flatMap(({ touched }) =>
      touched.filter((one) => watched.plan.touched.some((other) => touchedKey(other) === touchedKey(one))),
    );
    const [some] = after.statements.values();
    if (used === undefined || some === undefined) return [];
    const others = [...after.statements].filter(
      ([, { touched }]) => !touched.some((one) => touchedKey(one) === touchedKey(used)),
    );
    const past: StatementCount = { ...some, role: NAME, relations: [used.relation], touched: [used] };
    return [
      {
        watched: withAfter(watched, { statements: new Map(others) }),
        isFound: ({ state, causes }) =>
          state !== "passed" &&
          causes.some((one) => one.cause === "no traffic" && touchedKey(one as typeof used) === touchedKey(used)),
      },
      {
        watched: withAfter(watched, {
          statements: new Map(after.statements).set(NAME, past),
          bypassing: [...after.bypassing, NAME],
        }),
        isFound: failsBy("no row security", ({ role }) => role === NAME),
      },
    ];
  },
};

/** No object of a database has this name: it ends in a blank. */
const NAME = "planted by rlsmith ";

const WEEK = 7 * 24 * 3_600_000;

const withAfter = (watched: Watched, over: Partial<SeenOfKind>): Watched => ({
  ...watched,
  seen: { ...watched.seen, after: { ...watched.seen.after, ...over } },
});

const failsBy =
  <Kind extends Cause["cause"]>(
    kind: Kind,
    isIt: (cause: Extract<Cause, { cause: Kind }>) => boolean,
  ): Planted["isFound"] =>
  ({ state, causes }) =>
    state === "failed" && causes.some((one) => one.cause === kind && isIt(one as Extract<Cause, { cause: Kind }>));

const mostCalled = (pairs: readonly Pair[]): Pair | undefined =>
  pairs.toSorted((a, b) => b.after.calls - a.after.calls)[0];

const WRITTEN: Readonly<Record<string, object>> = {
  INSERT: { inserted: 0 },
  UPDATE: { updated: 0 },
  DELETE: { deleted: 0 },
};

/** The same, but the statement of the pair, or the table, has no row. */
function withoutRows(after: SeenOfKind, { key, relation, command }: Pair): Partial<SeenOfKind> {
  const one = key === null ? undefined : after.statements.get(key);
  if (key !== null && one !== undefined) return { statements: new Map(after.statements).set(key, { ...one, rows: 0 }) };
  const table = relation === null ? undefined : after.tables.get(relation);
  return relation === null || table === undefined
    ? {}
    : { tables: new Map(after.tables).set(relation, { ...table, ...WRITTEN[command] }) };
}

/** The most frequent statement that is compared takes a hundred times as long, a second longer, and reads more blocks. */
function slowerStatement(watched: Watched): Planted[] {
  const { before, after } = watched.seen;
  const { calls } = watched.limits;
  const [found] = [...after.statements]
    .flatMap(([key, one]) => {
      const was = before.statements.get(key);
      return was !== undefined && was.calls >= calls && one.calls >= calls ? [{ key, one, was }] : [];
    })
    .toSorted((a, b) => b.one.calls - a.one.calls);
  if (found === undefined) return [];
  const { key, one, was } = found;
  const slow: StatementCount = {
    ...one,
    time: one.calls * (100 * (was.time / was.calls) + 1000),
    blocks: one.calls * (100 * (was.blocks / was.calls) + 1000),
  };
  return [
    {
      watched: withAfter(watched, { statements: new Map(after.statements).set(key, slow) }),
      isFound: failsBy("slower", ({ queryId, role }) => queryId === one.queryId && role === one.role),
    },
  ];
}

/** A plan that is compared executes one more sub-query for each row. */
function worsePlan(watched: Watched): Planted[] {
  const { before, after } = watched.seen;
  const { plans } = after;
  const one = plans?.plans.find((now) =>
    before.plans?.plans.some(
      (was) => was.relation === now.relation && was.role === now.role && was.command === now.command,
    ),
  );
  if (!plans || one === undefined) return [];
  const was = Math.max(
    ...(before.plans?.plans ?? [])
      .filter(
        ({ relation, role, command }) => relation === one.relation && role === one.role && command === one.command,
      )
      .map(({ perRow }) => perRow),
  );
  const worse = plans.plans.map((other) => (other === one ? { ...one, perRow: was + 1 } : other));
  return [
    {
      watched: withAfter(watched, { plans: { ...plans, plans: worse } }),
      isFound: failsBy(
        "worse plan",
        ({ relation, role, command }) => relation === one.relation && role === one.role && command === one.command,
      ),
    },
  ];
}
