import { LETTER, READER, reads, type DependsCase } from "./depends-cases.ts";

const KNOWS = "exists (select 1 from readers r where r.user_id = k)";

/** Bodies in PL/pgSQL that compare a uuid with a text. */
export const NO_OPERATOR_CASES: readonly DependsCase[] = [
  {
    title: "a cast from text to uuid that somebody made implicit, for a comparison that has no operator without it",
    both: `create cast (text as uuid) with inout as implicit;
      create function public.knows(k text) returns boolean language plpgsql stable as 'begin return ${KNOWS}; end';`,
    before: reads("knows(owner::text)"),
    after: reads("false"),
    rows: LETTER + READER,
    truth: "lost",
    decision: "unknown",
  },
  {
    title: "a handler of undefined_function catches a comparison that has no operator",
    both: `create function public.knows(k text) returns boolean language plpgsql stable as
      'begin return ${KNOWS}; exception when undefined_function then return true; end';`,
    before: reads("knows(title)"),
    after: reads("false"),
    rows: LETTER,
    truth: "lost",
    decision: "unknown",
  },
  {
    title: "a comparison that has no operator, in a branch that is not taken",
    both: `create function public.knows(n int, k text) returns boolean language plpgsql stable as
      'begin if n = 1 then return ${KNOWS}; end if; return true; end';`,
    before: reads("knows(n, title)"),
    after: reads("false"),
    rows: LETTER,
    truth: "lost",
    decision: "tighter",
  },
];
