import type { Db } from "../../db/port.ts";
import { pgErrorOf } from "../../db/port.ts";
import { quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import type { Outcome } from "./behaviour.ts";
import type { RowValues } from "./rows.ts";
import type { SyncSource } from "../source/index.ts";
import type { SyncTrigger } from "../trigger/index.ts";
import { jsonbOf, partsOf, withClaims } from "../source/index.ts";

export const OLD_USER = "99999999-0000-4000-8000-000000000001";
export const NEW_USER = "99999999-0000-4000-8000-000000000002";

export type Raised = Extract<Outcome, { kind: "raised" }>;

/** The test harness: operations on rows of a source in a scratch database, and the state of its users. */
export interface Harness {
  /** runs a statement, with deferred triggers at once; returns the error, after which the statement is rolled back */
  run(sql: string): Promise<Raised | null>;
  /** does work in a savepoint that is always rolled back */
  apart<T>(work: () => Promise<T>): Promise<T>;
  /** compares a user's claims with the active rows: `synced` if they are those of one, `clear` if there are none */
  stateOf(user: string): Promise<"synced" | "clear" | "other">;
  /** gives a user the claims of an active row, as the back-fill would */
  fillIn(user: string): Promise<void>;
  clearClaims(user: string): Promise<void>;
  /** the location of the old user's first row, as a condition */
  firstRow(): Promise<string>;
  insert(row: RowValues, user: string, which?: 0 | 1): string;
  update(column: string, value: string): string;
  /** the same, with every column named, so that UPDATE OF cannot prevent a trigger from firing */
  updateNamingAll(column: string, value: string, where?: string): string;
  userValue(user: string | null): string;
  relation: string;
  /** the condition for the old user's rows */
  own: string;
}

/** The harness in the open transaction. `fill` has the other values that a first and a second row need. */
export function harnessOn(db: Db, source: SyncSource, fill: readonly [RowValues, RowValues]): Harness {
  const { relation, alias, held, expected, active } = partsOf(source) as Record<Parts, string>;
  const user = quoteIdent(source.user);
  const userType = source.relation.columns.find(({ name }) => name === source.user)?.type ?? "uuid";
  const userValue = (id: string | null): string => `${id === null ? "null" : quoteLiteral(id)}::${userType}`;
  const ofUser = (id: string): string => `${user}::text = ${quoteLiteral(id)}`;
  const own = ofUser(OLD_USER);
  return {
    relation,
    own,
    userValue,
    async run(sql) {
      await db.exec("savepoint rlsmith_step");
      try {
        await db.exec(`${sql}; set constraints all immediate`);
        await db.exec("release savepoint rlsmith_step");
        return null;
      } catch (error) {
        const raised = pgErrorOf(error);
        if (raised === null) throw error;
        await db.exec("rollback to savepoint rlsmith_step; release savepoint rlsmith_step");
        return { kind: "raised", sqlstate: raised.sqlstate, message: raised.message };
      }
    },
    async apart(work) {
      await db.exec("savepoint rlsmith_apart");
      try {
        return await work();
      } finally {
        await db.exec("rollback to savepoint rlsmith_apart; release savepoint rlsmith_apart");
      }
    },
    async stateOf(id) {
      const [holder] = await db.query<{ held: (string | null)[] }>(
        `select to_json(${held}) as held from auth.users u where u.id = $1::uuid`,
        [id],
      );
      const claims = holder?.held ?? [];
      const rows = await db.query<{ expected: (string | null)[] }>(
        `select to_json(${expected}) as expected from ${relation} as ${alias} where ${user}::text = $1 and ${active}`,
        [id],
      );
      if (rows.some((row) => JSON.stringify(row.expected) === JSON.stringify(claims))) return "synced";
      return claims.every((claim) => claim === null) ? "clear" : "other";
    },
    async fillIn(id) {
      const claims = withClaims("u2.raw_app_meta_data", source.claims, jsonbOf);
      await db.exec(`update auth.users u set raw_app_meta_data = fed.claims
        from (select ${claims} as claims from ${relation} as ${alias}, (select raw_app_meta_data from auth.users where id = ${quoteLiteral(id)}) u2 where ${ofUser(id)} and ${active} limit 1) fed
        where u.id = ${quoteLiteral(id)}`);
    },
    async clearClaims(id) {
      await db.exec(`update auth.users set raw_app_meta_data = '{}' where id = ${quoteLiteral(id)}`);
    },
    async firstRow() {
      const [row] = await db.query<{ place: string }>(
        `select format('tableoid = %s and ctid = %L', tableoid, ctid) as place from ${relation} where ${own} limit 1`,
      );
      return row?.place ?? "false";
    },
    insert(row, id, which = 0) {
      const values = new Map([...fill[which], ...row, [source.user, userValue(id)]]);
      // OVERRIDING SYSTEM VALUE lets a GENERATED ALWAYS identity column take the value of a probe.
      return `insert into ${relation} (${[...values.keys()].map(quoteIdent).join(", ")}) overriding system value values (${[...values.values()].join(", ")})`;
    },
    update: (column, value) => `update ${relation} set ${quoteIdent(column)} = ${value} where ${own}`,
    updateNamingAll: (column, value, where = own) =>
      `update ${relation} set ${source.relation.columns
        .filter((one) => one.generated === "no")
        .map((one) => `${quoteIdent(one.name)} = ${one.name === column ? value : quoteIdent(one.name)}`)
        .join(", ")} where ${where}`,
  };
}

const ON = { O: "enable", A: "enable always", R: "enable replica", D: "disable" } as const;

/** A statement that runs with the sync triggers disabled. */
export function withoutTriggers(relation: string, triggers: readonly SyncTrigger[], sql: string): string {
  const each = (how: (trigger: SyncTrigger) => string): string[] =>
    triggers.map((trigger) => `alter table ${relation} ${how(trigger)} trigger ${quoteIdent(trigger.name)}`);
  return [...each(() => "disable"), sql, ...each(({ firing }) => ON[firing])].join(";\n");
}

type Parts = "relation" | "alias" | "held" | "expected" | "active";
