import type { RowKey } from "../../pg/row-key.ts";
import type { ChangedRow } from "../matrix/index.ts";

/**
 * A matrix frozen as tests, the input of the emitters. Everything in it has a fixed order, so that it is printed alike
 * each time.
 */
export interface IsolationTests {
  /** the project's name or folder, for the header */
  title: string;
  /** statements that insert the rows of two invented tenants, run as the login, in order; none ends with a semicolon */
  fixtures: string[];
  personas: TestPersona[];
  /** in order of relation, persona, attack */
  checks: IsolationCheck[];
  /**
   * tables whose row security must be active for every persona's role, as SQL writes them: `public.visit`, `"My
   * Shop"."order"`
   */
  guarded?: string[];
  /**
   * Session variables that policies read, besides those in `settings`. A variable that a check does not set is empty in
   * it, as on a pooled connection that has served another request before, and so are claims that are null: within one
   * transaction they cannot be unset again.
   */
  variables?: string[];
}

export interface TestPersona {
  name: string;
  role: string;
  /** the text of request.jwt.claims; null: not set */
  claims: string | null;
}

/** One statement of one persona, with the values of its session variables. */
export type IsolationCheck = {
  /** `public.visit` */
  relation: string;
  /** name of a persona */
  persona: string;
  /** `move own row to another tenant`: unique among those of the relation and persona */
  attack: string;
  /** run as the login before it: preparation that the fixtures do not contain */
  setup: string[];
  /** set as the persona, before the statement, for this check only */
  settings: Record<string, string>;
  sql: string;
} & (
  | {
      /** `sql` returns one text: a JSON array with the keys of the rows that it saw, as PostgreSQL prints it, sorted */
      kind: "reads";
      expected: { kind: "keys"; keys: RowKey[] } | { kind: "error"; sqlstate: string } | KeptOut;
    }
  | {
      /**
       * `sql` changes rows; before and afterwards `probe`, run as the login, returns one text: a JSON array with an
       * array for each row, whose elements are `o` for a row of the persona's tenant or `f` for one of the other
       * tenant, the relation, the key, and a value that changes with the row
       */
      kind: "writes";
      probe: string;
      /**
       * `unchanged`: the probe returns the same as before the statement, and the statement may also have raised 42501
       */
      expected: { kind: "unchanged" } | ({ kind: "changed" } & Change) | { kind: "error"; sqlstate: string } | KeptOut;
    }
);

/**
 * An opening that must be closed, in whichever way: the test fails until then. `own`: rows of the persona's own tenant
 * may change, in a number that is not known.
 */
export interface KeptOut {
  kind: "kept out";
  own: boolean;
}

/** The number of rows that were inserted, changed or deleted. Rows of unknown ownership are in neither count. */
export interface Change {
  own: number;
  foreign: number;
}

/** The count of rows that were inserted, deleted or changed, by owner. */
export function changeOf(changed: readonly ChangedRow[]): Change {
  const keys = { o: new Set<RowKey>(), f: new Set<RowKey>() };
  for (const { whose, key } of changed) {
    if (whose === "o" || whose === "f") keys[whose].add(key);
  }
  return { own: keys.o.size, foreign: keys.f.size };
}
