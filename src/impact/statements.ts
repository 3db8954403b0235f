import type { Catalog, Relation } from "../pg/catalog.ts";
import { quoteIdent, quoteLiteral } from "../pg/identifier.ts";
import { recordSource, type Groups } from "./columns.ts";
import type { Evaluable } from "./after.ts";
import type { Keyed } from "./keyed.ts";
import { unconditional } from "./unconditional.ts";
import type { Variables } from "./user.ts";

/** The conditions of both sides on the rows of a relation, and the rows for which they are asked. */
export interface Question {
  catalog: Catalog;
  relation: Relation;
  groups: Groups;
  before: string;
  after: Evaluable;
  /** both conditions with what reads no row evaluated once */
  once: { before: string; after: string };
  /** the rows of the relations that take the place of others, in the order of `after.inserted` */
  inserted: readonly Groups[];
  /** null: each row has to be looked at for each request */
  keyed: Keyed | null;
  /** the groups are those of a sample of the rows */
  isSample: boolean;
}

/**
 * Each statement has a parameter, which is always 1: with `plan_cache_mode = force_custom_plan` it is planned anew for
 * each user, as it is where an application sends it, and not parsed anew.
 */
const ONE = "$1 = 1";

export type StatementName = "both" | "before" | "after" | "after_where" | "eager_before" | "eager_after";

export const preparedName = (name: StatementName): string => `rlsmith_impact_${name}`;
export const STATEMENT_NAMES: readonly StatementName[] = [
  "both",
  "before",
  "after",
  "after_where",
  "eager_before",
  "eager_after",
];

/** The statements to prepare, as the login. */
export function preparing(question: Question): string[] {
  const { before, after } = question;
  const texts: Record<StatementName, string> = {
    both: question.keyed === null ? each(question) : keys(question.keyed),
    before: single(question, "", before),
    after: single(question, withInserted(question), after.text),
    // the planner orders the conditions of WHERE by their costs, as it does those of policies
    after_where: `${withInserted(question)}select coalesce(sum(${own(question)}.rlsmith_n), 0)::text as a0 from ${rows(question)} where (${after.text}) and ${ONE}`,
    eager_before: eager([before]),
    eager_after: eager([after.text, ...after.inserted.map(({ where }) => where ?? "true")]),
  };
  return STATEMENT_NAMES.map((name) => `prepare ${preparedName(name)}(int) as ${texts[name]}`);
}

/** The values that the column is compared with. */
function keys({ before, after }: Keyed): string {
  const list = (values: readonly string[]): string =>
    `array[${values.map((value) => `(${value})::text`).join(", ")}]::text[]`;
  return `select ${list(before)} as b, ${list(after)} as a where ${ONE}`;
}

/** Both conditions on each row. */
function each(question: Question): string {
  const { once } = question;
  const nullable = question.groups.columns.map(({ name }) => name);
  return `${withInserted(question)}select ${[
    counted("o"),
    counted("w"),
    counted("o and not w"),
    counted("w and not o"),
    ...nullable.map((_, n) => `coalesce(bool_and(z${n}) filter (where o <> w), false)`),
  ]
    .map((value, n) => `${value} as a${n}`)
    .join(", ")} from (select ${[
    `${own(question)}.rlsmith_n as n`,
    `(${once.before}) is true as o`,
    `(${once.after}) is true as w`,
    ...nullable.map((name, n) => `${own(question)}.${quoteIdent(name)} is null as z${n}`),
  ].join(", ")} from ${rows(question)} offset 0) as s where ${ONE}`;
}

const counted = (condition: string): string => `coalesce(sum(n) filter (where ${condition}), 0)::text`;

const own = ({ relation }: Question): string => quoteIdent(relation.name);

const rows = ({ catalog, relation, groups }: Question): string =>
  `(${recordSource(catalog, relation, groups)}) as ${quoteIdent(relation.name)}`;

const single = (question: Question, first: string, condition: string): string =>
  `${first}select ${counted("o")} as a0 from (select ${own(question)}.rlsmith_n as n, (${condition}) is true as o from ${rows(question)} offset 0) as s where ${ONE}`;

/** What every plan of the statement may evaluate, whatever rows there are. */
function eager(conditions: readonly string[]): string {
  const values = conditions.flatMap(unconditional);
  return `select ${["1", ...values.map((value) => `(${value}) is null`)].map((value, n) => `${value} as e${n}`).join(", ")} where ${ONE}`;
}

/** The relations that take the place of others: all of their rows that the new policies show. */
export function withInserted({ catalog, after, inserted }: Question): string {
  const parts = after.inserted.map(({ name, relation, where, columns }, n) => {
    const alias = quoteIdent(relation.name);
    const groups = inserted[n];
    if (!groups) throw new Error("each inserted relation has its rows");
    const list = columns.map((column) => `${alias}.${quoteIdent(column.name)}`);
    return `${name} as materialized (select ${list.length === 0 ? "1 as rlsmith_one" : list.join(", ")} from (${recordSource(catalog, relation, groups)}) as ${alias} cross join lateral generate_series(1, ${alias}.rlsmith_n) as rlsmith_s(rlsmith_k) where ${where ?? "true"})`;
  });
  return parts.length === 0 ? "" : `with ${parts.join(", ")} `;
}

/** The settings that a request sets, in one query. */
export const settingQuery = (settings: Variables): string =>
  `select ${Object.entries(settings)
    .map(([name, value]) => `set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true) is null`)
    .join(", ")}`;

export const executing = (name: StatementName): string => `execute ${preparedName(name)}(1)`;
