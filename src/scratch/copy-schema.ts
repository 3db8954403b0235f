import { readFileSync } from "node:fs";
import { pgErrorOf, type Db, type PgError } from "../db/port.ts";
import { relationKey } from "../pg/name.ts";
import { commentPolicy, createPolicy, dropPolicy } from "../pg/policy-sql.ts";
import type { Policy } from "../pg/policy.ts";

const SQL = readFileSync(new URL("./copy-schema.sql", import.meta.url), "utf8");

export interface CopyReport {
  statements: number;
  /** the objects that could not be created, with the reason; a rehearsal shows less about them */
  failed: { object: string; statement: string; sqlstate: string; message: string }[];
}

interface Ddl {
  object: string;
  ddl: string;
}

/**
 * Create the schema of a live database, without its rows, in a scratch database: roles, types, tables with their
 * constraints, functions, views, triggers, privileges and policies. `from` is read in one read-only transaction.
 * Existing objects (of a bootstrap) stay. The order is found by trial: a statement that fails is tried again after the
 * others, until a round creates nothing new.
 */
export async function copySchema(from: Db, to: Db, policies: readonly Policy[]): Promise<CopyReport> {
  const statements: Ddl[] = [
    ...(await readDdl(from)),
    ...policies.flatMap((policy): Ddl[] => {
      const object = `policy ${policy.name} on ${relationKey(policy)}`;
      return [
        { object, ddl: `${dropPolicy(policy)}; ${createPolicy(policy)}` },
        ...(policy.comment === null ? [] : [{ object, ddl: commentPolicy(policy) }]),
      ];
    }),
  ];
  const report: CopyReport = { statements: statements.length, failed: [] };
  await to.exec("begin; set local search_path = ''; set local check_function_bodies = off");
  let left = statements;
  let errors = new Map<Ddl, PgError>();
  for (;;) {
    errors = new Map();
    for (const statement of left) {
      const error = await attempt(to, statement.ddl);
      if (error !== null) errors.set(statement, error);
    }
    if (errors.size === 0 || errors.size === left.length) break;
    left = left.filter((statement) => errors.has(statement));
  }
  await to.exec("commit");
  for (const [{ object, ddl }, error] of errors) {
    if (ALREADY_THERE.has(error.sqlstate)) continue;
    report.failed.push({
      object,
      statement: ddl.split("\n")[0]?.slice(0, 120) ?? "",
      sqlstate: error.sqlstate,
      message: error.message,
    });
  }
  return report;
}

// duplicate object, table, schema, function or column, or a second primary key: the bootstrap already created it
const ALREADY_THERE = new Set(["42710", "42P07", "42P06", "42723", "42701", "42P16"]);

async function readDdl(from: Db): Promise<Ddl[]> {
  await from.exec("begin transaction isolation level repeatable read read only; set local search_path = ''");
  try {
    return await from.query<Ddl>(SQL);
  } finally {
    await from.exec("rollback");
  }
}

async function attempt(db: Db, sql: string): Promise<PgError | null> {
  await db.exec("savepoint s");
  try {
    await db.exec(sql);
    await db.exec("release savepoint s");
    return null;
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised === null) throw error;
    await db.exec("rollback to savepoint s");
    return raised;
  }
}
