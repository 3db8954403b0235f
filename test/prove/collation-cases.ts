import { LETTER, reads, type DependsCase } from "./depends-cases.ts";

const LOOSE = `create collation public.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  alter table letters add column name text collate public.any_case;`;
const ROW = `${LETTER} update letters set name = 'ABC';`;
const isAbc = (body: string): string =>
  `create function public.is_abc(k text) returns boolean language sql stable ${body};`;

/** Where the collation of a comparison comes from: a body of standard SQL had it when it was made (manual, 24.2). */
export const COLLATION_CASES: readonly DependsCase[] = [
  {
    title: "a body in a string takes the collation of its argument, one of standard SQL does not",
    both: LOOSE,
    before: `${isAbc("return k = 'abc'")} ${reads("is_abc(name)")}`,
    after: `${isAbc("as $$ select k = 'abc' $$")} ${reads("is_abc(name)")}`,
    rows: ROW,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "nor does one of standard SQL whose text takes the place of the call",
    both: `${LOOSE} ${isAbc("return k = 'abc'")}`,
    before: reads("is_abc(name)"),
    after: reads("name = 'abc'"),
    rows: ROW,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "nor through another function",
    both: `${LOOSE} ${isAbc("return k = 'abc'")}`,
    before: reads("is_abc(btrim(name))"),
    after: reads("btrim(name) = 'abc'"),
    rows: ROW,
    truth: "gained",
    decision: "unknown",
  },
  {
    title: "nor does one of standard SQL that hands its argument on",
    both: `${LOOSE} ${isAbc("as $$ select k = 'abc' $$")}
      create function public.same(k text) returns text language sql stable as $$ select k $$;`,
    before: `create function public.is_deep(k text) returns boolean language sql stable return public.is_abc(public.same(k));
      ${reads("is_deep(name)")}`,
    after: `create function public.is_deep(k text) returns boolean language sql stable as $$ select public.is_abc(public.same(k)) $$;
      ${reads("is_deep(name)")}`,
    rows: ROW,
    truth: "gained",
    decision: "unknown",
  },
];
