import { rowKey } from "../../pg/row-key.ts";
import type { Target } from "../environment/index.ts";
import type { Answered, Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import type { Expected } from "./isolation-tests.ts";

/** The answers that pass: those of today as far as they are a right of the persona, and no row of another tenant. */
export function expectedOf(
  actor: Actor,
  { command }: Attempt,
  answer: Answered,
  target: Target,
  open: boolean,
): Expected {
  const { own, foreign, unknown } = reachedBy(answer, target);
  // to a persona without a tenant every row is foreign
  if (open || foreign > 0) return { kind: actor.tenant === null && target.own !== null ? "nothing" : "not foreign" };
  const isThere = command === "INSERT" || reachesPrinted(answer, target);
  if (own > 0) return { kind: actor.tenant === null ? "nothing" : isThere ? "own" : "not foreign" };
  return { kind: unknown > 0 ? (isThere ? "rows" : "not foreign") : "nothing" };
}

/** The number of rows that an answer shows or changed, by their owner. */
export function reachedBy(answer: Answered, target: Target): { own: number; foreign: number; unknown: number } {
  if (answer.kind === "error") return { own: 0, foreign: 0, unknown: 0 };
  const { said, changed } = answer;
  if (said.kind === "keys") {
    if (target.own === null) return { own: 0, foreign: 0, unknown: said.keys.length };
    const count = (keys: ReadonlySet<string>): number => said.keys.filter((key) => keys.has(key)).length;
    return { own: count(target.ownKeys), foreign: count(target.foreignKeys), unknown: 0 };
  }
  const count = (is: string): number => changed.filter(({ whose }) => whose === is).length;
  return { own: count("o"), foreign: count("f"), unknown: count("x") };
}

/** True if a row that the file inserts is among those that an answer reached; others are not there when it runs. */
function reachesPrinted(answer: Answered, { primaryKey, ownRows, foreignRows }: Target): boolean {
  if (answer.kind === "error") return false;
  const rows = [...ownRows, ...foreignRows];
  if (primaryKey.length === 0) return rows.length > 0;
  const printed = new Set(rows.map((row) => rowKey(primaryKey.map((name) => String(row[name])))));
  const { said, changed } = answer;
  return said.kind === "keys" ? said.keys.some((key) => printed.has(key)) : changed.some(({ key }) => printed.has(key));
}
