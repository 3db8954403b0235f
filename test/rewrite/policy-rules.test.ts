import { describe, expect, test } from "vitest";
import { equal } from "../../src/pg/expr/equal.ts";
import { parseExpr } from "../../src/pg/expr/parse.ts";
import type { Policy } from "../../src/pg/policy.ts";
import type { Draft, Holders, PolicyRuleOptions, PolicySketch } from "../../src/rewrite/policy-rule.ts";
import { POLICY_RULES } from "../../src/rewrite/policies.ts";

const policy = (sketch: PolicySketch): Policy => ({
  schema: "public",
  relation: "docs",
  name: sketch.name,
  permissive: sketch.permissive ?? true,
  command: sketch.command,
  roles: sketch.roles ?? ["authenticated"],
  using: sketch.using ?? null,
  check: sketch.check ?? null,
  comment: null,
});

/** As the config has them by default: no rule on policies is on. */
const OPTIONS: PolicyRuleOptions = {
  denyPolicy: "keep",
  toAuthenticated: false,
  splitForAll: false,
  mergePermissive: false,
};

/** As Supabase grants by default; service_role passes row security by. */
const holders: Holders = () => ["anon", "authenticated"];

const draft = (before: Policy, given: Partial<Draft> = {}): Draft => ({
  before,
  after: [before],
  rules: [],
  reason: null,
  fixed: false,
  ...given,
});

/** Expressions are compared as trees, everything else to the letter. */
function expectPolicies(found: readonly Policy[], expected: readonly Policy[]): void {
  const bare = ({ using: _, check: __, ...rest }: Policy): object => rest;
  expect(found.map(bare)).toEqual(expected.map(bare));
  for (const [index, want] of expected.entries())
    for (const part of ["using", "check"] as const) {
      const got = found[index]?.[part] ?? null;
      const wanted = want[part];
      const same = wanted === null || got === null ? got === wanted : equal(parseExpr(got), parseExpr(wanted));
      expect(same, `${want.name} ${part}: ${got}`).toBe(true);
    }
}

describe.each(POLICY_RULES.map((rule) => ({ id: rule.id, rule })))("$id", ({ rule }) => {
  test.each(rule.examples.map((example, index) => ({ index: index + 1, example })))("example $index", ({ example }) => {
    const drafts = example.before.map((sketch) => draft(policy(sketch)));
    const result = rule.rewrite(drafts, { ...OPTIONS, ...example.options }, holders);
    expectPolicies(
      result.flatMap((item) => item.after),
      example.after.map(policy),
    );
  });

  test("fixed policies are left alone", () => {
    for (const example of rule.examples) {
      const drafts = example.before.map((sketch) => draft(policy(sketch), { fixed: true }));
      const result = rule.rewrite(drafts, { ...OPTIONS, ...example.options }, holders);
      expect(result.flatMap((item) => item.after)).toEqual(example.before.map(policy));
    }
  });
});

describe("deny-policy", () => {
  const [deny] = POLICY_RULES;
  const kept: PolicySketch[] = [
    // USING false with another check: INSERT still goes through the check
    { name: "a", command: "ALL", using: "false", check: "owner" },
    // restrictive: it denies, which is the point
    { name: "b", command: "DELETE", permissive: false, using: "false" },
    { name: "c", command: "SELECT", using: "(false OR owner)" },
  ];
  test.each(kept)("$name stays", (sketch) => {
    const [result] = deny?.rewrite([draft(policy(sketch))], OPTIONS, holders) ?? [];
    expect(result?.after).toEqual([policy(sketch)]);
  });
});

test("names made by a split are free and fit into 63 bytes", () => {
  const split = POLICY_RULES.find((rule) => rule.id === "split-for-all");
  const long = "ä".repeat(31);
  const drafts = [
    draft(policy({ name: long, command: "ALL", using: "a" })),
    draft(policy({ name: "read", command: "SELECT", using: "b" })),
    draft(policy({ name: `${"ä".repeat(28)}_insert`, command: "INSERT", check: "c" })),
  ];
  const names = (split?.rewrite(drafts, OPTIONS, holders) ?? []).flatMap((item) => item.after.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
});

describe("merge-permissive", () => {
  const merge = POLICY_RULES.find((rule) => rule.id === "merge-permissive");
  const run = (sketches: readonly PolicySketch[], who: Holders = holders): Policy[] =>
    (
      merge?.rewrite(
        sketches.map((sketch) => draft(policy(sketch))),
        { ...OPTIONS, mergePermissive: true },
        who,
      ) ?? []
    ).flatMap((item) => item.after);
  const bare = (found: readonly Policy[]): unknown =>
    found.map(({ name, command, roles, using, check }) => [name, command, roles.join(), using, check]);

  test("a role that two policies name gets both, the others what they had", () => {
    const found = run([
      { name: "a", command: "SELECT", roles: ["clerk", "lead"], using: "x" },
      { name: "b", command: "SELECT", roles: ["lead"], using: "y" },
    ]);
    // lead: x or y; clerk: x. `b` was for lead alone, so the policy for lead has its name
    expect(bare(found)).toEqual([
      ["a", "SELECT", "clerk", "x", null],
      ["b", "SELECT", "lead", "(x) OR (y)", null],
    ]);
  });

  test("a part that is always false adds nothing to the others", () => {
    const found = run([
      { name: "a", command: "DELETE", using: "x" },
      { name: "b", command: "DELETE", using: "(y AND false)" },
    ]);
    expect(bare(found)).toEqual([["a", "DELETE", "authenticated", "x", null]]);
    const never = run([
      { name: "a", command: "DELETE", using: "false" },
      { name: "b", command: "DELETE", using: "(y AND false)" },
    ]);
    expect(bare(never)).toEqual([["a", "DELETE", "authenticated", "false", null]]);
  });

  test("FOR ALL beside another command becomes one policy a command", () => {
    const found = run([
      { name: "admins", command: "ALL", using: "admin" },
      { name: "own", command: "DELETE", using: "mine" },
    ]);
    expect(bare(found)).toEqual([
      ["admins_select", "SELECT", "authenticated", "admin", null],
      ["admins_insert", "INSERT", "authenticated", null, "admin"],
      ["admins_update", "UPDATE", "authenticated", "admin", null],
      ["admins_delete", "DELETE", "authenticated", "(admin) OR (mine)", null],
    ]);
  });

  test("TO public stays where the roles that it applies to are unknown", () => {
    const sketches: PolicySketch[] = [
      { name: "a", command: "SELECT", roles: ["public"], using: "x" },
      { name: "b", command: "SELECT", roles: ["lead"], using: "y" },
    ];
    expect(run(sketches, () => null)).toEqual(sketches.map(policy));
  });

  test("restrictive policies are left unchanged", () => {
    const sketches: PolicySketch[] = [
      { name: "a", command: "SELECT", using: "x" },
      { name: "b", command: "SELECT", permissive: false, using: "y" },
    ];
    expect(run(sketches)).toEqual(sketches.map(policy));
  });
});
