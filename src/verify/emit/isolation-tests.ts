import type { RowKey } from "../../pg/row-key.ts";
import type { ChangedRow } from "../matrix/index.ts";

/** A matrix frozen as tests: what the emitters print. Everything in it is in a fixed order, so that printing it again gives the same text. */
export interface IsolationTests {
  /** the project's name or folder, for the header */
  title: string;
  /** statements that put the rows of two invented tenants in place, run as the login, in order; none ends with a semicolon */
  fixtures: string[];
  personas: TestPersona[];
  /** in order of relation, persona, attack */
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
  /** `move own row to another tenant`: unique among those of the relation and persona */
  attack: string;
  /** run as the login before it: what the check needs and the fixtures have not */
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
       * `sql` changes rows; before and afterwards `probe`, run as the login, returns one text: a JSON array with an array for each row, and in it
       * `o` for a row of the persona's tenant or `f` for one of the other's, the relation, the key, and what is different when the row is
       */
      kind: "writes";
      probe: string;
      /** `unchanged`: the probe says the same as before the statement, and the statement may also have raised 42501 */
      expected: { kind: "unchanged" } | ({ kind: "changed" } & Change) | { kind: "error"; sqlstate: string } | KeptOut;
    }
);

/**
 * What is open today and must not be: the test fails until it is mended, whichever way. `own`: rows of the persona's own tenant may change, and
 * nobody knows how many will.
 */
export interface KeptOut {
  kind: "kept out";
  own: boolean;
}

/** How many rows were made, changed or removed. Where nothing says whose rows are, they are in neither number. */
export interface Change {
  own: number;
  foreign: number;
}

/** Of rows that came, went or changed: whose they are. */
export function changeOf(changed: readonly ChangedRow[]): Change {
  const keys = { o: new Set<RowKey>(), f: new Set<RowKey>() };
  for (const { whose, key } of changed) {
    if (whose === "o" || whose === "f") keys[whose].add(key);
  }
  return { own: keys.o.size, foreign: keys.f.size };
}
