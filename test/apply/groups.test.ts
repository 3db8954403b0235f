import { describe, expect, test } from "vitest";
import { divided, groupsOf, scopeOf, type Cut } from "../../src/apply/state/groups.ts";
import { inForce, type Entry } from "../../src/apply/journal/journal.ts";
import { checkApprovals, readApprovals, withApproval, type Approval } from "../../src/apply/approvals.ts";
import { nameKey } from "../../src/pg/name.ts";
import type { Plan, Step } from "../../src/plan/plan.ts";

const step = (id: number, object: Step["object"]): Step => ({
  id,
  title: `${id}`,
  object,
  change: { kind: "policy" },
  context: null,
  up: [],
  down: [],
  lock: "none",
  hazards: [],
});
const policyOf = (id: number, relation: string): Step =>
  step(id, { kind: "policy", schema: "public", relation, policy: `p${id}` });

const steps = [
  step(1, { kind: "schema", schema: "helpers" }),
  step(2, { kind: "function", schema: "helpers", name: "f", identityArguments: "" }),
  policyOf(3, "b"),
  policyOf(4, "a"),
  policyOf(5, "b"),
  policyOf(6, "c"),
  step(7, { kind: "column", schema: "public", relation: "a", column: "tenant" }),
];
const plan = { steps } as Plan;

const ids = (cut: Cut): [string, number[]][] =>
  groupsOf(plan, cut).map(({ name, steps: of }) => [name, of.map(({ id }) => id)]);

describe("groups: every step once, all of one relation together, helpers first", () => {
  test("all", () => expect(ids({ kind: "all" })).toEqual([["all", [1, 2, 3, 4, 5, 6, 7]]]));
  test("a relation each, in the order of the plan", () =>
    expect(ids({ kind: "relation" })).toEqual([
      ["functions", [1, 2]],
      ["public.b", [3, 5]],
      ["public.a", [4, 7]],
      ["public.c", [6]],
    ]));
  test("two relations each", () =>
    expect(ids({ kind: "count", relations: 2 })).toEqual([
      ["functions", [1, 2]],
      ["part 1", [3, 5, 4, 7]],
      ["part 2", [6]],
    ]));
  test("by names, in the order of the config; the first that matches counts", () => {
    const contexts = [
      { name: "last", matches: (relation: string) => relation === "public.c" },
      { name: "first", matches: (relation: string) => relation !== "public.b" },
      { name: "empty", matches: () => false },
    ];
    expect(ids({ kind: "context", contexts })).toEqual([
      ["functions", [1, 2]],
      ["last", [6]],
      ["first", [4, 7]],
      ["everything else", [3, 5]],
    ]);
  });
  test("by need: all together, until a group is divided", () =>
    expect(ids({ kind: "auto" })).toEqual(ids({ kind: "all" })));
  test("divided: helpers, then halves; the relation that was waited for is in the second", () => {
    const all = { name: "all", steps };
    const parts = divided(all, [nameKey({ schema: "public", name: "b" })]);
    const of = (groups: typeof parts): [string, number[]][] =>
      groups.map(({ name, steps: its }) => [name, its.map(({ id }) => id)]);
    expect(of(parts)).toEqual([
      ["functions", [1, 2]],
      ["part 1", [4, 6, 7]],
      ["public.b", [3, 5]],
    ]);
    const half = parts.find(({ name }) => name === "part 1");
    expect(half && of(divided(half, []))).toEqual([
      ["public.a", [4, 7]],
      ["public.c", [6]],
    ]);
    const single = parts.at(-1);
    expect(single && divided(single, [])).toEqual([single]);
  });
  test("nothing to do makes no group", () =>
    expect(groupsOf({ steps: [] as Step[] } as Plan, { kind: "all" })).toEqual([]));
  test("a group's scope names each object once", () =>
    expect(scopeOf({ name: "all", steps })).toEqual({
      schemas: ["helpers"],
      functions: [{ schema: "helpers", name: "f", arguments: "" }],
      relations: [
        { schema: "public", name: "b", columns: [] },
        { schema: "public", name: "a", columns: ["tenant"] },
        { schema: "public", name: "c", columns: [] },
      ],
    }));
});

describe("the plan in force", () => {
  const state = { relations: [], functions: [], schemas: [] };
  const entry = (id: number, given: Partial<Entry>): Entry => ({
    id,
    at: "",
    run: `run ${id}`,
    kind: "apply",
    outcome: "done",
    target: "t",
    planHash: "h",
    group: "all",
    undoes: null,
    databaseUser: "u",
    person: null,
    rlsmith: "0",
    before: state,
    after: state,
    detail: {},
    ...given,
  });
  const standing = (...entries: Entry[]): number[] => inForce(entries).map(({ id }) => id);

  test("applied or adopted, and not taken back", () => {
    expect(standing(entry(1, {}), entry(2, { kind: "adopt" }))).toEqual([1, 2]);
    expect(standing(entry(1, {}), entry(2, { kind: "rollback", undoes: 1 }))).toEqual([]);
    expect(standing(entry(1, {}), entry(2, { kind: "rollback", undoes: 1 }), entry(3, {}))).toEqual([3]);
  });
  test("a run that failed changed nothing, in either direction", () => {
    const nothing = { outcome: "failed", before: null, after: null } as const;
    expect(standing(entry(1, nothing))).toEqual([]);
    expect(standing(entry(1, {}), entry(2, { kind: "rollback", undoes: 1, ...nothing }))).toEqual([1]);
  });
});

describe("approvals", () => {
  const one = (as: string, email: string, planHash = "plan"): Approval => ({
    as,
    name: as,
    email,
    at: "2026-01-01T00:00:00Z",
    planHash,
  });

  test("people are counted, not lines; approvals of another plan are not", () => {
    const given = [one("Lead", "a@x"), one("DBA", "A@x"), one("Lead", "b@x", "other")];
    expect(() => checkApprovals(given, "plan", 2, "production")).toThrow(
      "`production` requires that 2 people approve this plan, and 1 has approved it; 1 approval is of another plan",
    );
    expect(checkApprovals(given, "plan", 1, "production")).toHaveLength(2);
    expect(checkApprovals([], "plan", 0, "production")).toEqual([]);
  });
  test("a person who approves again is counted once", () => {
    expect(withApproval([one("Lead", "a@x")], one("Lead", "a@x"))).toHaveLength(1);
    expect(withApproval([one("Lead", "a@x")], one("DBA", "a@x"))).toHaveLength(2);
  });
  test.each(["", "{}", "[]", '{"format":"rlsmith-approvals","formatVersion":2,"approvals":[]}'])(
    "a file that is none: %s",
    (text) => expect(() => readApprovals(text)).toThrow("cannot be read"),
  );
  test("no file", () => expect(readApprovals(null)).toEqual([]));
});
