import type { Db } from "../../../src/db/port.ts";
import type { Random } from "../fuzz/random.ts";
import { REACHING_NESTED } from "./nested.ts";
import { TYPES } from "./types.ts";

/** An expression as its parts: those that can be exchanged are expressions themselves. */
export interface Tree {
  type: string;
  parts: readonly (string | Tree)[];
  /** the function or operator, where another of the same types can take its place */
  callee?: Callable;
}

export interface Callable {
  kind: "function" | "operator" | "aggregate";
  name: string;
  takes: readonly string[];
  gives: string;
  /** in a schema of the user's */
  own: boolean;
}

/** What a server has to make expressions of. */
export interface Vocabulary {
  callables: readonly Callable[];
  /** pairs of pg_cast */
  casts: readonly { source: string; target: string }[];
}

/** Functions, operators, aggregates and casts over the types that columns have, as the server's catalogs list them. */
export async function vocabularyOf(db: Db): Promise<Vocabulary> {
  const types = Object.keys(TYPES);
  await db.exec("set search_path = ''");
  const callables = await db.query<Callable>(
    `select case p.prokind when 'a' then 'aggregate' else 'function' end as kind, p.proname as name,
       format_type(p.prorettype, null) as gives, p.pronamespace <> 'pg_catalog'::regnamespace as own, (
       select coalesce(json_agg(format_type(a, null) order by o), '[]')
       from unnest(p.proargtypes::oid[]) with ordinality x(a, o)
     ) as takes
     from pg_proc p left join pg_aggregate a on a.aggfnoid = p.oid
     where not p.proretset and p.provolatile <> 'v' and p.pronamespace::regnamespace::text in ('pg_catalog', 'app')
       and (p.prokind = 'f' or a.aggkind = 'n' and p.pronargs = 1)
       and format_type(p.prorettype, null) = any ($1)
       and not exists (select from unnest(p.proargtypes::oid[]) a where format_type(a, null) <> all ($1))
       and p.proname !~ '^(pg_|has_|txid|current_|ts_|to_reg|row_sec|version|query|table_|schema_|database_|set_|age$|binary_upg)|(sel|recv|send)$'
     union all
     select 'operator', oprname, format_type(oprresult, null), false,
       json_build_array(format_type(oprleft, null), format_type(oprright, null))
     from pg_operator
     where format_type(oprleft, null) = any ($1) and format_type(oprright, null) = any ($1)
       and format_type(oprresult, null) = any ($1)`,
    [types],
  );
  const casts = await db.query<{ source: string; target: string }>(
    `select format_type(castsource, null) as source, format_type(casttarget, null) as target from pg_cast
     where format_type(castsource, null) = any ($1) and format_type(casttarget, null) = any ($1)`,
    [types],
  );
  // of equal chance on every server: the order in which a catalog returns its rows is not fixed
  const byName = (one: Callable): string => [one.kind, one.name, ...one.takes, one.gives].join(" ");
  return {
    callables: callables.toSorted((a, b) => (byName(a) < byName(b) ? -1 : 1)),
    casts: casts.toSorted((a, b) => (a.source + a.target < b.source + b.target ? -1 : 1)),
  };
}

export const textOf = (tree: Tree): string =>
  tree.parts.map((part) => (typeof part === "string" ? part : textOf(part))).join("");

/** Conditions with a sub-query or a call that reaches an object of the schema; `…` is a text, `#` an integer. */
const REACHING: readonly string[] = [
  "exists (select 1 from others o where o.u = u2)",
  "exists (select max(o.n) from others o where o.n = #)",
  "exists (select unnest(ta) from others)",
  "exists (select count(*) from others o where o.n = 99)",
  "exists (select 1 from others o where o.n = # order by o.tz limit 1)",
  "exists (select 1 from others o where o.t = … and o.m = things.m)",
  "(… = any (select o.t from others o))",
  "(… not in (select o.t from others o where o.n > #))",
  "((select count(*) from others o where o.t = …) > 0)",
  "((select bool_or(o.n > #) from others o))",
  "(# > (select o.n from others o where o.id = 1))",
  "exists (select 1 from others o left join kin k on k.n = o.n where k.id is null and o.n = #)",
  "exists (select 1 from parts o where o.n = #)",
  "exists (select 1 from only parts o where o.n = #)",
  "exists (select 1 from parts_1 o where o.t = …)",
  "exists (select 1 from kin o where o.n = #)",
  "exists (select 1 from only kin o where o.n < #)",
  "(… in (select o.t from kin o))",
  "exists (select 1 from v_others o where o.n = #)",
  "(u in (select o.u from v_others o where o.t = …))",
  "exists (select 1 from m_others o where o.n = #)",
  "(u2 in (select o.u from m_others o union select me()))",
  "(u in (select f_set()))",
  "(u2 in (select f_table(…)))",
  "(u = any (array(select f_set())))",
  "f_any(u)",
  "(f_any(me()) and … = 'a')",
  "f_is(…)",
  "(not f_is(claim('role')))",
  "f_over(#)",
  "f_over(…)",
  "f_over('1')",
  "f_cut(…)",
  "(f_default(#) > 1)",
  "((select last_one(o.t order by o.id) from others o) = …)",
  "exists (select last_one(o.t) from others o where o.n = #)",
  "(# < 2)",
  "(lower(…) = 'a')",
  "(length(…) = #)",
  "((…)::int = #)",
  "(u = me())",
  "(claim('role') = …)",
  "(f_first(…, …) = 'a')",
  "(f_text(…) = 'a')",
  "((p).x = #)",
  "((p).y = …)",
  "(m > 'a')",
  "(m <= 'ab'::mood)",
  "(dt = …)",
  "(dn < #)",
  "((…)::dom_t = 'ab')",
  "((#)::dom_n = 1)",
  "(ti = …)",
  "(ti like 'a%')",
  "(tc < …)",
  "(t in ('a', …))",
  "(t < 'b')",
  "(… = any (ta))",
  "(ta @> array[…])",
  "(j ? …)",
  "(j @> '{\"a\": 1}')",
  "((j -> 'a') is not null)",
  "(string_to_array(…, 'b') && ta)",
  "(split_part(…, 'a', 1) = '')",
  "(array_position(ta, …) = #)",
  "(cardinality(ta) > #)",
  "(pg_has_role('fz_app', 'member') and … = 'a')",
  "(current_user = 'fz_child')",
  "((t, n) = (…, #))",
  "((t, n) < ('ab', #))",
];

/** Condition of a random shape, from what the server has; not all of them are valid. */
export interface Expressions {
  make(): Tree;
  /** the same with one change somewhere */
  edited(tree: Tree): Tree;
}

export function expressionsFrom(
  { callables, casts }: Vocabulary,
  random: Random,
  focus: string | null,
  table: string,
): Expressions {
  const reaching = [...REACHING, ...REACHING_NESTED].map((text) => text.replaceAll("things.", `${table}.`));
  const focused = focus === null ? [] : reaching.filter((text) => names(text, focus.replace(/^\w+\./, "")));
  const types = Object.keys(TYPES);
  const giving = new Map(types.map((type) => [type, callables.filter(({ gives }) => gives === type)]));
  const tree = (type: string, ...parts: (string | Tree)[]): Tree => ({ type, parts });

  const leaf = (type: string): Tree => {
    const { columns = [], constants = [] } = TYPES[type] ?? {};
    const from = random.chance(0.7) ? columns : constants;
    return tree(type, from.length === 0 ? "null" : random.pick(from));
  };
  const called = (callee: Callable, depth: number): Tree => ({ ...applied(callee, depth), callee });
  const applied = ({ kind, name, takes, gives }: Callable, depth: number): Tree => {
    const args = takes.map((type) => make(type, depth - 1));
    if (kind === "operator") return tree(gives, "(", args[0] ?? "null", ` ${name} `, args[1] ?? "null", ")");
    const listed = args.flatMap((arg, at) => (at === 0 ? [arg] : [", ", arg]));
    if (kind === "function") return tree(gives, `${name}(`, ...listed, ")");
    return tree(gives, `(select ${name}(`, ...listed, ") from others o where o.n = ", make("integer", 0), ")");
  };
  const anyOf = (type: string, depth: number, wanted: (one: Callable) => boolean): Tree => {
    const found = (giving.get(type) ?? []).filter(wanted);
    return found.length === 0 ? leaf(type) : called(random.pick(found), depth);
  };
  const converted = (type: string, depth: number): Tree => {
    const sources = casts.filter(({ target }) => target === type);
    const known = sources.length > 0 && random.chance(0.8);
    const source = known ? random.pick(sources).source : type;
    return tree(type, "((", make(source, depth - 1), `)::${random.pick(TYPES[type]?.casts ?? [type])})`);
  };
  const reach = (from: readonly string[]): Tree => {
    const parts = random.pick(from).split(/([…#])/);
    return tree(
      "boolean",
      ...parts.map((part) => (part === "…" ? make("text", 1) : part === "#" ? make("integer", 1) : part)),
    );
  };
  const isComparison = ({ kind, name }: Callable): boolean => kind === "operator" && /^(=|<>|<|<=|>|>=)$/.test(name);
  const condition = (depth: number): Tree => {
    const type = random.pick(["text", "integer", "uuid", "date", "character", "app.mood", "app.dom_t"]);
    return random.weighted<Tree>([
      [3, () => anyOf("boolean", depth, isComparison)],
      [2, () => anyOf("boolean", depth, ({ kind }) => kind === "operator")],
      [1, () => anyOf("boolean", depth, ({ kind }) => kind !== "operator")],
      [4, () => tree("boolean", "(", condition(depth - 1), random.pick([" and ", " or "]), condition(depth - 1), ")")],
      [1, () => tree("boolean", "(not ", condition(depth - 1), ")")],
      [1, () => tree("boolean", "(", make(random.pick(types), depth - 1), " is not null)")],
      [1, () => tree("boolean", "(", make(type, depth - 1), " in (", make(type, depth - 1), ", ", leaf(type), "))")],
      [1, () => tree("boolean", "(", make(type, depth - 1), " is distinct from ", make(type, depth - 1), ")")],
      [
        1,
        () => tree("boolean", "(", make("text", depth - 1), random.pick([" like 'a%')", " ~ '^a')", " ilike 'a_')"])),
      ],
      [focused.length > 0 ? 2 : 4, () => reach(reaching)],
      [focused.length > 0 ? 6 : 0, () => reach(focused)],
      [1, () => leaf("boolean")],
    ]);
  };
  const make = (type: string, depth: number): Tree => {
    if (depth <= 0) return leaf(type);
    if (type === "boolean") return condition(depth);
    return random.weighted<Tree>([
      [5, () => leaf(type)],
      [1, () => converted(type, depth)],
      [1, () => tree(type, "coalesce(", make(type, depth - 1), ", ", make(type, depth - 1), ")")],
      [1, () => tree(type, "nullif(", make(type, depth - 1), ", ", leaf(type), ")")],
      [
        1,
        () =>
          tree(
            type,
            "(case when ",
            condition(depth - 1),
            " then ",
            make(type, depth - 1),
            " else ",
            leaf(type),
            " end)",
          ),
      ],
      [type === "text" ? 1 : 0, () => tree(type, `(${random.pick(["j", "js"])} ->> 'a')`)],
      [1, () => anyOf(type, depth, ({ own }) => own)],
      [2, () => anyOf(type, depth, ({ kind }) => kind !== "operator")],
      [1, () => anyOf(type, depth, ({ kind }) => kind === "operator")],
    ]);
  };
  const changed = (one: Tree): Tree => {
    const { callee } = one;
    const alike = callee ? callables.filter((other) => other.kind === callee.kind && isAlike(other, callee)) : [];
    const cast = TYPES[one.type]?.casts ?? [one.type];
    return random.weighted<Tree>([
      [3, () => make(one.type, 1)],
      [alike.length > 0 ? 3 : 0, () => renamed(one, random.pick(alike))],
      [2, () => tree(one.type, "((", one, `)::${random.pick(cast)})`)],
      [one.type === "boolean" ? 1 : 0, () => tree("boolean", "(not ", one, ")")],
      [
        one.type === "boolean" ? 2 : 0,
        () => tree("boolean", "(", one, random.pick([" and ", " or "]), condition(1), ")"),
      ],
      [1, () => tree(one.type, "coalesce(", one, ", ", leaf(one.type), ")")],
      [2, () => swapped(one)],
    ]);
  };
  const swapped = (one: Tree): Tree => ({
    ...one,
    parts: one.parts.map((part) => (typeof part === "string" ? random.pick(SWAPS)(part) : part)),
  });
  return {
    make: () => condition(3),
    edited: (whole) => {
      const at = random.int(sizeOf(whole));
      let seen = 0;
      const visit = (one: Tree): Tree =>
        seen++ === at
          ? changed(one)
          : { ...one, parts: one.parts.map((part) => (typeof part === "string" ? part : visit(part))) };
      return visit(whole);
    },
  };
}

const sizeOf = (tree: Tree): number =>
  tree.parts.reduce((sum, part) => sum + (typeof part === "string" ? 0 : sizeOf(part)), 1);

const names = (text: string, focus: string): boolean =>
  /^\w+$/.test(focus) ? new RegExp(`\\b${focus}\\b`).test(text) : text.includes(focus);

const isAlike = (a: Callable, b: Callable): boolean =>
  a.name !== b.name && a.gives === b.gives && a.takes.join() === b.takes.join();

const renamed = (one: Tree, callee: Callable): Tree => ({
  ...one,
  callee,
  parts: one.parts.map((part) =>
    typeof part === "string" && one.callee ? part.replace(one.callee.name, () => callee.name) : part,
  ),
});

/** Small changes of the text between sub-expressions. */
const SWAPS: readonly ((text: string) => string)[] = [
  (text) => text.replace(" and ", " or "),
  (text) => text.replace(" or ", " and "),
  (text) => text.replace(" = ", " is not distinct from "),
  (text) => text.replace(" = ", " <> "),
  (text) => text.replace(" in ", " not in "),
  (text) => text.replace(/^exists/, "not exists"),
  (text) => text.replace("select 1 ", "select count(*) "),
  (text) => text.replace(" > ", " >= "),
  (text) => text.replace(" < ", " <= "),
  (text) => text.replace("'a'", "'b'"),
  (text) => text.replace("'a%'", "'ab%'"),
  (text) => text.replace("only ", ""),
  (text) => text.replace(/\bothers\b/, "v_others"),
  (text) => text.replace("now()", "statement_timestamp()"),
  (text) => text.replace("coalesce(", "nullif("),
  (text) => text.replace(/\bu\b/, "u2"),
  (text) => text.replace(/\bt\b/, "v"),
  (text) => text.replace(/\bn\b/, "s"),
  (text) => text.replace(" distinct from", " not distinct from"),
];
