/**
 * A matrix as tests, the input of the emitters. Everything in it has a fixed order, so that it is printed alike each
 * time.
 */
export interface IsolationTests {
  /** the project's name or folder, for the header */
  title: string;
  /** statements that insert the rows of two invented tenants, run as the login, in order; none ends with a semicolon */
  fixtures: string[];
  personas: TestPersona[];
  /** in order of relation, attack, persona */
  checks: IsolationCheck[];
  /**
   * tables whose row security must be active for every persona's role, as SQL writes them: `public.visit`, `"My
   * Shop"."order"`
   */
  guarded?: string[];
  /**
   * Session variables that policies read. A variable that a check does not set is empty in it, as on a pooled
   * connection that has served another request before, and so are claims that are null: within one transaction they
   * cannot be unset again.
   */
  variables?: string[];
}

export interface TestPersona {
  name: string;
  role: string;
  /** the text of request.jwt.claims; null: not set */
  claims: string | null;
  /** session variables, as the application sets them for this persona */
  settings?: Record<string, string>;
  /** it belongs to a tenant: some rows are its own */
  member: boolean;
  /** it takes part only in checks that name it */
  only?: true;
}

/** One statement of one persona. */
export interface IsolationCheck {
  /** the heading under which it stands: `public.visit` */
  relation: string;
  /** name of a persona */
  persona: string;
  /** `move own row to another tenant` */
  attack: string;
  /** run as the login before it: preparation that the fixtures do not contain */
  setup: string[];
  /** run as the persona before it: variables that it sets */
  before: string[];
  sql: string;
  /**
   * The part of its answer that counts. `keys`: it returns one text, a JSON array with the keys of the rows that it
   * saw; `changes`: the rows that are different afterwards; `output`: the rows or the error that it returns, and the
   * rows that are different afterwards
   */
  answer: "keys" | "changes" | "output";
  /** the rows by which an answer is told */
  probes: RowProbe[];
  expected: Expected;
  /** a constraint may be what stops it: by default true. Of other statements the policies have to refuse the row before */
  constraint?: boolean;
}

/** The rows of a relation, and whose they are. */
export interface RowProbe {
  /** the name under which the file keeps it */
  name: string;
  /** quoted */
  table: string;
  /** SQL of the key of a row `t`, as jsonb */
  key: string;
  /** SQL: `o` for a row `t` of the attacking tenant, `f` for one of the other, `n` for one of none, `x` for unknown; null: it does not count */
  whose: string;
}

/** The answers that pass. */
export type Expected =
  /** own rows, at least one, and none of another tenant: access that works today and has to go on working */
  | { kind: "own" }
  /** rows whose owner is unknown, likewise */
  | { kind: "rows" }
  /** no row at all; any refusal is as good */
  | { kind: "nothing" }
  /** no row of another tenant, whatever else */
  | { kind: "not foreign" }
  /** no row of another tenant, or no row at all, and none of these values in the output or in an error */
  | { kind: "hides"; values: string[]; rows: "nothing" | "not foreign" }
  /** the same output as this statement */
  | { kind: "same"; sql: string }
  /** none of these answers: a regular expression without a backslash over the words of an answer */
  | { kind: "never"; answers: string };
