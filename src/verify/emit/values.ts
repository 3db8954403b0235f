import type { Answered, Attempt } from "../matrix/index.ts";
import type { RowKey } from "../../pg/row-key.ts";
import type { Fixtures } from "../../fixtures/index.ts";
import { VICTIM, ATTACKER } from "../personas/index.ts";
import type { Facts } from "../judge/index.ts";

/** The most values that a test looks for. */
const MOST = 4;

/** Texts in the rows of one tenant that are the same in every run. */
function textsOf({ filled }: Fixtures, tenant: string): Set<string> {
  const texts = new Set<string>();
  for (const table of filled)
    for (const row of table.rows[tenant] ?? []) for (const text of textsIn(Object.values(row))) texts.add(text);
  return texts;
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (typeof value === "object" && value !== null) yield* textsIn(Object.values(value));
}

/** Another tenant's values, or of a persona without a tenant those of both, that a statement has returned. */
export function shownValues(
  attempt: Attempt,
  tenant: string | null,
  answer: Answered,
  { evidence }: Pick<Facts, "evidence">,
  fixtures: Fixtures,
): string[] {
  const text =
    answer.kind === "error"
      ? `${answer.message}\n${answer.detail}`
      : answer.said.kind === "output"
        ? JSON.stringify(answer.said.rows)
        : "";
  const steady = textsOf(fixtures, VICTIM);
  const values = [...evidence.foreign.keys()].filter((value) => steady.has(value));
  if (tenant === null) {
    const own = textsOf(fixtures, ATTACKER);
    values.push(...[...evidence.own.keys()].filter((value) => own.has(value)));
  }
  return fewest(
    values.filter((value) => text.includes(JSON.stringify(value).slice(1, -1)) && !isGiven(attempt, value)),
  );
}

/** Values by which a role that may not read the key recognizes rows of another tenant, and that a statement returned. */
export function shownKeys({ known }: Attempt, answer: Answered): string[] {
  if (known === undefined || answer.kind === "error" || answer.said.kind !== "keys") return [];
  const valuesIn = (keys: Iterable<RowKey>): string[] =>
    [...keys].flatMap((key) => JSON.parse(key) as (string | null)[]).filter((value) => value !== null);
  const own = new Set(valuesIn(known.own));
  return fewest(valuesIn(answer.said.keys.filter((key) => known.foreign.has(key))).filter((value) => !own.has(value)));
}

/** Another tenant's values in some relations, that a statement which nothing opens yet has to go on hiding. */
export function hiddenValues(
  attempt: Attempt,
  relations: readonly string[],
  { evidence }: Pick<Facts, "evidence">,
  fixtures: Fixtures,
): string[] {
  const steady = textsOf(fixtures, VICTIM);
  return fewest(
    [...evidence.foreign]
      .filter(([value, relation]) => relations.includes(relation) && steady.has(value) && !isGiven(attempt, value))
      .map(([value]) => value),
  );
}

/** A value that was passed in and is returned is no sign of a leak. */
const isGiven = ({ sql }: Attempt, value: string): boolean => sql.includes(value.replaceAll("'", "''"));

/** The longest ones: short ones occur by accident. */
const fewest = (values: readonly string[]): string[] =>
  [...new Set(values)].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1)).slice(0, MOST);
