/** A matrix frozen as tests: what the emitters print. Everything in it is in a fixed order, so that printing it again gives the same text. */
export interface IsolationTests {
  /** the project's name or folder, for the header */
  title: string;
  /** statements that put the rows of two invented tenants in place, run as the login, in order; none ends with a semicolon */
  fixtures: string[];
  personas: TestPersona[];
  /** in order of relation, persona, title */
  checks: IsolationCheck[];
  /** tables whose row security must be active for every persona's role, as SQL writes them: `public.visit`, `"My Shop"."order"` */
  guarded?: string[];
  /**
   * Session variables that policies read, besides those in `settings`. A variable that a check does not set is empty in it, as on a pooled
   * connection that has served somebody before, and so are claims that are null: one transaction cannot make them unset again.
   */
  variables?: string[];
}

export interface TestPersona {
  name: string;
  role: string;
  /** the text of request.jwt.claims; null: not set */
  claims: string | null;
}

/** One statement of one persona, with session variables as they stand. */
export type IsolationCheck = {
  /** `public.visit` */
  relation: string;
  /** name of a persona */
  persona: string;
  /** `A's dealer cannot move its own row to another tenant`: unique in the file */
  title: string;
  /** set as the persona, before the statement, for this check only */
  settings: Record<string, string>;
  sql: string;
} & (
  | {
      /** `sql` returns one text: keys of the rows that it saw, sorted, one a line */
      kind: "reads";
      expected: { kind: "keys"; keys: string[] } | { kind: "error"; sqlstate: string };
    }
  | {
      /** `sql` changes rows; afterwards `probe`, run as the login, returns one text, which says how the rows now stand */
      kind: "writes";
      probe: string;
      /** `unchanged`: the probe says the same as before the statement, and the statement may also have raised 42501 */
      expected: { kind: "unchanged" } | { kind: "changed" } | { kind: "error"; sqlstate: string };
    }
);
