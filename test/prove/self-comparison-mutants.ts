import type { Mutant } from "./mutants.ts";

/** Wrong provers that take it that PostgreSQL plans what it does not, or does not plan what it does. */
export const SELF_COMPARISON_MUTANTS: readonly Mutant[] = [
  {
    id: "self-comparison-true",
    title: "a value that is compared with itself is equal, and the statement is planned",
    file: "compare-access.ts",
    find: "if (refused.length > 0)",
    replace: "if (refused.length > 1e6)",
    noticedBy: ["K-self-comparison", "K-self-comparison-read"],
  },
  {
    id: "self-comparison-not-negated",
    title: "NOT over <> is no equality",
    file: "encode/self-comparison.ts",
    find: '"=", "<>", "!=", "*=", "*<>"',
    replace: '"=", "*="',
    noticedBy: ["K-self-comparison-negated"],
  },
  {
    id: "self-comparison-not-inlined",
    title: "the body of a function in SQL is evaluated where the call stands, never planned with the query",
    file: "encode/inline.ts",
    find: "...(frame.isQual && mayBeInlined(fn) && { isQual: true }),",
    replace: "",
    noticedBy: ["K-self-comparison-inlined"],
  },
  {
    id: "self-comparison-of-null",
    title: "a value that is always NULL is not compared with itself",
    file: "encode/self-comparison.ts",
    find: 'if (value.cases.length === 0) return ["null"];\n      return value.cases.filter(',
    replace: "return value.cases.filter(",
    noticedBy: ["K-self-comparison-null"],
  },
  {
    id: "self-comparison-unfolded",
    title: "what a branch of CASE names is part of the plan, also where the planner folds it away",
    file: "encode/self-comparison.ts",
    find: 'as("CaseExpr", node) || as("A_Indirection", node)',
    replace: 'as("A_Indirection", node)',
    noticedBy: ["K-self-comparison-case"],
  },
  {
    id: "self-comparison-in-check",
    title: "WITH CHECK is planned as a condition of the query",
    file: "encode/policies.ts",
    find: 'const isQual = component !== "INSERT" && component !== "UPDATE CHECK";',
    replace: "const isQual = true;",
    noticedBy: ["K-self-comparison-check"],
  },
  {
    id: "self-comparison-in-where",
    title: "WHERE of a sub-query is planned as a condition of row security",
    file: "encode/from.ts",
    find: "operand: false, isQual: false }",
    replace: "operand: false }",
    noticedBy: ["K-self-comparison-where"],
  },
];
