import type { Attempt } from "../matrix/index.ts";
import { rowCondition, type Target, type Targets } from "../environment/index.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { nameKey, relationKey } from "../../pg/name.ts";
import { rowKeysSql } from "../../pg/row-key.ts";
import type { Surface } from "../environment/index.ts";
import { foreignRow, on, otherWords, plain, prepareRows, readable, withValue } from "./rows.ts";

/** A query for the keys of rows of a FROM list in which the target's alias is `t`. */
export const keys = (target: Target, from: string): string => rowKeysSql(target.key, from);

/**
 * Reads: of all rows, through a join, by the key of a foreign row, FOR UPDATE. `limited`: only known rows are asked
 * for. `prepared`: rows may be changed before they are read.
 */
export function readAttempts(
  target: Target,
  targets: Targets,
  surface: Surface,
  { limited, prepared }: { limited: boolean; prepared: boolean },
): Attempt[] {
  const read = (attack: string, from: string, more: Partial<Attempt> = {}): Attempt =>
    on(target, { command: "SELECT", attack, sql: keys(target, from), from, answer: "keys", probe: null, ...more });
  const known = [...target.ownRows, ...target.foreignRows].map((row) => `(${rowCondition(target, row)})`).join(" or ");
  const where = limited ? ` where ${known === "" ? "false" : known}` : "";
  const foreign = foreignRow(target);
  const attempts = [
    read("read", `${target.sql} t${where}`, plain("read")),
    // FOR UPDATE adds the UPDATE policies, and wants the privilege
    read("read for update", `(select ${readable(target)} from ${target.sql} t${where} for update) t`),
  ];
  const first = target.ownRows[0];
  if (first && prepared)
    for (const [name, word] of otherWords(target, first))
      attempts.push(
        read(`read with ${name} ${word}`, `${target.sql} t${where}`, {
          ...withValue("read", name, word),
          setup: [prepareRows(target, [first], name, word)],
        }),
      );
  if (foreign)
    attempts.push(read("read by key of a foreign row", `${target.sql} t where ${rowCondition(target, foreign)}`));
  // the reverse of a foreign key: rows of this table, read through a table that references it
  const key = surface.foreignKeys.find(
    (one) => nameKey(one.target) === target.name && relationKey(one) !== target.name,
  );
  const child = key && targets.get(relationKey(key));
  if (key && child)
    attempts.push(
      read(
        `read through a join with ${child.name}`,
        `${child.sql} c join ${target.sql} t on ${key.columns.map((name, n) => `c.${quoteIdent(name)} = t.${quoteIdent(key.targetColumns[n] ?? "")}`).join(" and ")}${where}`,
        { behind: [child.name] },
      ),
    );
  return attempts;
}
