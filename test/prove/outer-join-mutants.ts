import type { Mutant } from "./mutants.ts";

/** Wrong provers that misread outer joins, or the rows that show a difference. */
export const OUTER_JOIN_MUTANTS: readonly Omit<Mutant, "cases">[] = [
  {
    id: "outer-joins-inner",
    title: "an outer join has no row without a match",
    file: "encode/outer-join.ts",
    find: 'whereClause: both({ BoolExpr: { boolop: "NOT_EXPR", args: [none] } }, without.whereClause),',
    replace: 'whereClause: both(parseExpr("false"), without.whereClause),',
    noticedBy: [
      "exists (select 1 from teams t left join teams o on o.org = t.org and o.role = 'public' where t.owner = files.owner) → exists (select 1 from teams t where t.owner = files.owner)",
    ],
  },
  {
    id: "outer-joins-keep-all",
    title: "an outer join has every row of the one side without the other as well",
    file: "encode/outer-join.ts",
    find: 'whereClause: both({ BoolExpr: { boolop: "NOT_EXPR", args: [none] } }, without.whereClause),',
    replace: 'whereClause: both(parseExpr("true"), without.whereClause),',
    noticedBy: [
      "exists (select 1 from teams t left join teams o on o.org = t.org and o.role = 'public' where t.owner = files.owner and o.id is null) → exists (select 1 from teams t where t.owner = files.owner and not exists (select 1 from teams o where o.org = t.org and o.role = 'public'))",
    ],
  },
  {
    id: "outer-joins-without-on",
    title: "the rows of an inner join satisfy no ON",
    file: "encode/outer-join.ts",
    find: "whereClause: both(join.quals, select.whereClause) },",
    replace: 'whereClause: both(parseExpr("true"), select.whereClause) },',
    noticedBy: [
      "owner in (select o.owner from teams t left join teams o on o.org = t.org and o.active) → owner in (select t.owner from teams t where t.active and t.org is not null)",
    ],
  },
];
