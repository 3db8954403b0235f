/** The files of cases, as they are written. */
export interface CaseFile {
  meta: { schema: Record<string, Record<string, string>> };
  /** labels in their order */
  enums?: Record<string, string[]>;
  /** unique keys of the tables */
  unique?: Record<string, string[][]>;
  expression_cases: ExpressionCase[];
  policyset_cases: PolicySetCase[];
}

export interface Expected {
  decision: string;
  errors: string[];
}

export interface FunctionSpec {
  definer: boolean;
  body: string;
  args?: string[];
  returns?: string;
  volatility?: string;
  strict?: boolean;
  language?: string;
}

export interface ExpressionCase {
  id: string | number;
  title: string;
  table: string;
  component: string;
  old: string;
  new: string;
  assumption: string[];
  inner_rls?: Record<string, { old: string; new: string }>;
  functions?: Record<string, FunctionSpec>;
  expected: Expected;
  why: string;
}

export interface PolicySpec {
  cmd: "ALL" | "SELECT" | "INSERT" | "UPDATE" | "DELETE";
  using?: string | null;
  check?: string | null;
  permissive: boolean;
  to: string[];
}

export interface RoleSpec {
  memberOf?: string[];
  inherit?: boolean;
  bypassrls?: boolean;
}

export interface Sides<T> {
  old: T;
  new: T;
}

export interface PolicySetCase {
  id: string;
  title: string;
  table?: string;
  oldP: PolicySpec[];
  newP: PolicySpec[];
  oldRls?: boolean;
  newRls?: boolean;
  role?: string;
  roles?: Record<string, RoleSpec>;
  inner?: Record<string, Sides<PolicySpec[]>>;
  grants?: Sides<string[]>;
  force?: boolean | Sides<boolean>;
  owner?: string | Sides<string>;
  functions?: Record<string, FunctionSpec>;
  expect: Record<string, string | Expected>;
  why: string;
}

export const PARTS = ["SELECT", "INSERT", "UPDATE_USING", "UPDATE_CHECK", "DELETE"] as const;

/** A value for both sides, or one for each. */
export const ofSide = <T extends string | boolean>(value: T | Sides<T> | undefined, side: "old" | "new", rest: T): T =>
  value === undefined ? rest : typeof value === "object" ? value[side] : value;

/** Every text of a case that may name a table. */
export const textsOf = (one: ExpressionCase | PolicySetCase): string[] => [
  ...expressionsOf(one),
  ...Object.values(one.functions ?? {}).map((f) => f.body),
  ...Object.keys(("oldP" in one ? one.inner : one.inner_rls) ?? {}),
];

/** Every SQL expression of a case. */
export function expressionsOf(one: ExpressionCase | PolicySetCase): string[] {
  const bodies = Object.values(one.functions ?? {})
    .filter((f) => (f.language ?? "sql") === "sql")
    .map((f) => f.body);
  if ("oldP" in one) {
    const inner = Object.values(one.inner ?? {}).flatMap((sides) => [...sides.old, ...sides.new]);
    return [...one.oldP, ...one.newP, ...inner]
      .flatMap((p) => [p.using, p.check])
      .filter((text): text is string => typeof text === "string")
      .concat(bodies);
  }
  const inner = Object.values(one.inner_rls ?? {}).flatMap((sides) => [sides.old, sides.new]);
  return [one.old, one.new, ...one.assumption, ...inner, ...bodies];
}
