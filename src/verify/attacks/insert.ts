import { quoteIdent } from "../../pg/identifier.ts";
import type { Attempt } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import { returnedSql } from "../matrix/index.ts";
import { rowCondition, type Target } from "../environment/index.ts";
import {
  foreignRow,
  inTheNameOf,
  isNamed,
  insertInto,
  otherWords,
  on,
  plain,
  returning,
  setColumn,
  spareRow,
  tenantColumn,
  touch,
  unreferenced,
  everywhere,
  withValue,
} from "./rows.ts";

/**
 * Inserts: of an own row, into another tenant, with the persona's own user, without a tenant; upserts onto a foreign
 * row; with RETURNING.
 */
export function insertAttempts(target: Target, actor: Actor, tenantSetting: string | null): Attempt[] {
  const insert = (attack: string, sql: string, more: Partial<Attempt> = {}): Attempt =>
    on(target, { command: "INSERT", attack, sql, ...more });
  const attempts: Attempt[] = [];
  const there = target.ownRows.at(-1);
  // if no further row can be made, an existing one is deleted first
  if (spareRow(target, "own") === null && there)
    attempts.push(
      insert("insert own row again", insertInto(target, inTheNameOf(actor, target, there)), {
        ...plain("insert own again"),
        writesOwnRow: true,
        setup: [
          ...(target.throwaway ? unreferenced(target) : []),
          `delete from ${target.sql} t where ${rowCondition(target, there)}`,
        ],
      }),
    );
  const column = tenantColumn(target, tenantSetting);
  const [own, theirs] = [spareRow(target, "own"), spareRow(target, "foreign")];
  if (own) {
    const mine = inTheNameOf(actor, target, own);
    attempts.push(
      insert("insert own row", insertInto(target, mine), {
        ...plain("insert own"),
        writesOwnRow: true,
        probe: everywhere(target),
      }),
      insert("insert own row, returning", returnedSql(`${insertInto(target, mine)}${returning(target)}`), {
        writesOwnRow: true,
        answer: "output",
        probe: null,
      }),
    );
    for (const [name, word] of otherWords(target, mine))
      attempts.push(
        insert(`insert own row with ${name} ${word}`, insertInto(target, { ...mine, [name]: word }), {
          ...withValue("insert own", name, word),
          writesOwnRow: true,
        }),
      );
    if (column !== null)
      attempts.push(
        insert("insert without a tenant", insertInto(target, { ...mine, [column]: null }), { answers: ["23502"] }),
      );
  }
  if (theirs) {
    attempts.push(
      insert("insert into another tenant", insertInto(target, theirs), plain("insert foreign")),
      insert(
        "insert into another tenant, returning",
        returnedSql(`${insertInto(target, theirs)}${returning(target)}`),
        {
          answer: "output",
          probe: { kind: "relation", name: target.name },
        },
      ),
    );
    if (target.filled.users.length > 0 && (column !== null || target.references.length > 0))
      attempts.push(
        insert(
          "insert into another tenant in one's own name",
          insertInto(target, inTheNameOf(actor, target, theirs)),
          plain("insert foreign as self"),
        ),
      );
  }
  const foreign = foreignRow(target);
  const key = target.primaryKey.map((name) => quoteIdent(name)).join(", ");
  if (own && foreign && target.primaryKey.length > 0) {
    const mine = inTheNameOf(actor, target, own);
    const clash = { ...mine, ...Object.fromEntries(target.primaryKey.map((name) => [name, foreign[name]])) };
    const set =
      column !== null && isNamed(target, "update", column)
        ? setColumn(target, column, own[column])
        : touch(target, own);
    if (set !== null)
      attempts.push(
        insert("upsert onto a foreign row", insertInto(target, clash, ` on conflict (${key}) do update set ${set}`)),
      );
    if (set !== null)
      attempts.push(
        insert(
          "merge onto a foreign row",
          `merge into ${target.sql} t using (select 1) s on ${rowCondition(target, foreign)} when matched then update set ${set}`,
          { command: "MERGE" },
        ),
      );
  }
  return attempts;
}
