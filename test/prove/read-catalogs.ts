import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { startServer } from "../support/server.ts";
import { CONSTRUCT_CASES, CONSTRUCTS } from "./constructs.ts";
import { TABLES, type DependsCase } from "./depends-cases.ts";
import { EVERY_DEPENDS_CASE } from "./every-depends-case.ts";
import { EVERY_OBJECT_CASE } from "./every-object-case.ts";
import { BASE, ROLE_CASES, ROLES, type ObjectCase } from "./objects-cases.ts";

/** Both sides of a case. */
interface Sides {
  before: Catalog;
  after: Catalog;
}

/** A change of what a policy depends on, as the prover gets it. */
export type ReadDepends = Pick<DependsCase, "title" | "decision"> & Sides;

/** The cases of `constructs.ts` over one catalog, their conditions as PostgreSQL prints them. */
export interface ReadConstructs {
  base: Catalog;
  cases: { title: string; decision: string; before: string; after: string }[];
}

/** A change of an object, as the prover gets it. */
export interface ReadObject extends Pick<ObjectCase, "title" | "expected">, Sides {
  /** the effects alone are exact: what a membership reaches is told of each object too */
  ofRole: boolean;
}

/**
 * The catalogs of the cases from a PostgreSQL 18, for runs of a prover without a database. Each is read in the
 * transaction that creates its objects, which is rolled back.
 */
export async function withReader<Result>(read: (reader: Reader) => Promise<Result>): Promise<Result> {
  const server = await startServer(18);
  try {
    const scratch = await openScratch({ kind: "server", url: server.url, superuser: true });
    try {
      return await read(newReader(scratch.db));
    } finally {
      await scratch.close();
    }
  } finally {
    await server.stop();
  }
}

/** Runs all statements in one transaction, and returns the catalog after each of them; then everything is as before. */
type Reader = (statements: readonly string[]) => Promise<Catalog[]>;

function newReader(db: Db): Reader {
  // `inspect` begins a transaction of its own: here it is a part of another, and nothing of it is kept
  const inside: Db = {
    ...db,
    query: async (sql, params) => db.query(sql, params),
    exec: async (sql) =>
      db.exec(
        sql.startsWith("begin")
          ? sql.replace(/^begin[^;]*/, "savepoint inspected")
          : sql === "commit" || sql === "rollback"
            ? "rollback to savepoint inspected"
            : sql,
      ),
    close: async () => {},
  };
  return async (statements) => {
    const catalogs: Catalog[] = [];
    await db.exec("begin");
    try {
      for (const sql of statements) {
        await db.exec(sql);
        catalogs.push(await inspect(inside));
      }
    } finally {
      await db.exec("rollback");
    }
    return catalogs;
  };
}

export async function readDepends(read: Reader): Promise<ReadDepends[]> {
  const found: ReadDepends[] = [];
  for (const { title, decision, both = "", before: was, after: is } of EVERY_DEPENDS_CASE) {
    const [before] = await read([`${TABLES} ${both} ${was}`]);
    const [after] = await read([`${TABLES} ${both} ${is}`]);
    if (before && after) found.push({ title, decision, before, after });
  }
  return found;
}

export async function readObjects(read: Reader): Promise<ReadObject[]> {
  const found: ReadObject[] = [];
  for (const given of [...EVERY_OBJECT_CASE, ...ROLE_CASES]) {
    const [before, after] = await read([`${ROLES} ${BASE} ${given.base ?? ""}`, given.change]);
    const { title, expected } = given;
    if (before && after) found.push({ title, expected, ofRole: ROLE_CASES.includes(given), before, after });
  }
  return found;
}

export async function readConstructs(read: Reader): Promise<ReadConstructs[]> {
  const all = Object.values(CONSTRUCT_CASES).flat();
  const policies = all.flatMap(({ before, after }, index) => [
    `create policy before_${index} on files using (${before});`,
    `create policy after_${index} on files using (${after});`,
  ]);
  const [base] = await read([`${CONSTRUCTS} ${policies.join("\n")}`]);
  if (!base) return [];
  const printed = new Map(base.policies.map(({ name, using }) => [name, using ?? ""]));
  const cases = all.map(({ before, after, expected }, index) => ({
    title: `${before} → ${after}`,
    decision: expected,
    before: printed.get(`before_${index}`) ?? "",
    after: printed.get(`after_${index}`) ?? "",
  }));
  return [{ base: { ...base, policies: [] }, cases }];
}
