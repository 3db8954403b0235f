import type { Row } from "../../fixtures/index.ts";
import type { Attempt } from "../matrix/index.ts";
import { rowCondition, type Target } from "../environment/index.ts";
import { VICTIM, type Actor } from "../personas/index.ts";
import type { ArgumentSource } from "./arguments.ts";
import { inTheNameOf, insertInto, on, ownRow, setColumn, spareRow } from "./rows.ts";
import { kindOf } from "./value-kind.ts";

/** The largest number of values for one column, and of statements on one table. */
const VALUES = 10;
const STATEMENTS = 60;

/**
 * Writes of own rows with values that the policies of `victim`, another table, may compare: the keys of another tenant's
 * rows there, their prefixes, and for texts the paths below the row's own key. Whether the writes are allowed is for the
 * caller to find out; what they open is then seen in reads of `victim`.
 */
export function ownRowValueAttempts(target: Target, victim: Target, actor: Actor, source: ArgumentSource): Attempt[] {
  const own = ownRow(target, actor);
  const spare = spareRow(target, "own");
  const write = (attack: string, command: "UPDATE" | "INSERT", sql: string): Attempt =>
    on(target, { command, attack, sql, writesOwnRow: true, probe: { kind: "relation", name: target.name } });
  const attempts: Attempt[] = [];
  for (const { name, type, generated } of target.columns) {
    if (generated !== "no") continue;
    for (const value of valuesFor(kindOf(type), own ?? spare, target, victim, source)) {
      const attack = `own row of ${target.name} with ${name} = ${value}`;
      if (own && !target.primaryKey.includes(name) && String(own[name]) !== value)
        attempts.push(
          write(
            `update ${attack}`,
            "UPDATE",
            `update ${target.sql} t set ${setColumn(target, name, value)} where ${rowCondition(target, own)}`,
          ),
        );
      if (spare)
        attempts.push(
          write(
            `insert ${attack}`,
            "INSERT",
            insertInto(target, { ...inTheNameOf(actor, target, spare), [name]: value }),
          ),
        );
    }
  }
  return attempts.slice(0, STATEMENTS);
}

/** Values of the kind of a column: of the victim's rows, of its tenant, and for texts of the own row. */
function valuesFor(
  kind: ReturnType<typeof kindOf>,
  own: Row | null,
  target: Target,
  victim: Target,
  { fixtures }: ArgumentSource,
): string[] {
  const tenant = fixtures.tenants.find(({ name }) => name === VICTIM);
  const row = victim.foreignRows.at(-1);
  const theirs = [
    ...victim.primaryKey,
    ...victim.columns.map(({ name }) => name).filter((name) => !victim.primaryKey.includes(name)),
  ].flatMap((name) => {
    const value = row?.[name];
    const column = victim.columns.find((one) => one.name === name);
    const theirKind = column === undefined ? null : kindOf(column.type);
    // of other kinds, as times, no text is compared with one, and they are another in each run
    const fits = theirKind !== null && (kind === "text" || theirKind === kind);
    return fits && (typeof value === "string" || typeof value === "number") ? [String(value)] : [];
  });
  const tenants = Object.values(tenant?.values ?? {}).filter(
    (value) => kind === "text" || (kind === "uuid" ? UUID.test(value) : /^-?\d+$/.test(value)),
  );
  if (kind !== "text") return [...new Set([...theirs, ...tenants])].slice(0, VALUES);
  const keys = target.primaryKey.flatMap((name) => (own?.[name] === undefined ? [] : [`${String(own[name])}/x`]));
  return [...new Set(["", "%", ...keys, ...theirs, ...tenants])].slice(0, VALUES);
}

const UUID = /^[0-9a-f-]{36}$/i;
