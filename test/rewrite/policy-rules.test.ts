import { describe, expect, test } from "vitest";
import { equal } from "../../src/pg/expr/equal.ts";
import { parseExpr } from "../../src/pg/expr/parse.ts";
import type { Policy } from "../../src/pg/policy.ts";
import type { Draft, PolicyRuleOptions, PolicySketch } from "../../src/rewrite/policy-rule.ts";
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

const OPTIONS: PolicyRuleOptions = { denyPolicy: "drop", toAuthenticated: false };

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
      if (want[part] === null) expect(got).toBeNull();
      else expect(equal(parseExpr(got ?? "null"), parseExpr(want[part])), `${want.name} ${part}: ${got}`).toBe(true);
    }
}

describe.each(POLICY_RULES.map((rule) => ({ id: rule.id, rule })))("$id", ({ rule }) => {
  test.each(rule.examples.map((example, index) => ({ index: index + 1, example })))("example $index", ({ example }) => {
    const drafts = example.before.map((sketch) => draft(policy(sketch)));
    const result = rule.rewrite(drafts, { ...OPTIONS, ...example.options });
    expectPolicies(
      result.flatMap((item) => item.after),
      example.after.map(policy),
    );
  });

  test("fixed policies are left alone", () => {
    for (const example of rule.examples) {
      const drafts = example.before.map((sketch) => draft(policy(sketch), { fixed: true }));
      const result = rule.rewrite(drafts, { ...OPTIONS, ...example.options });
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
    const [result] = deny?.rewrite([draft(policy(sketch))], OPTIONS) ?? [];
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
  const names = (split?.rewrite(drafts, OPTIONS) ?? []).flatMap((item) => item.after.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
});
