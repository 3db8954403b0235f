import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cleanCatalog, type SqlCleanup } from "../../../src/cleanup/sql/index.ts";
import { parseConfig } from "../../../src/config.ts";
import type { Db } from "../../../src/db/port.ts";
import { openServer } from "../../../src/db/server.ts";
import { inspect } from "../../../src/inspect/index.ts";
import { inspectCatalog } from "../../../src/pipeline/inspection.ts";
import { parsePlpgsql } from "../../../src/pg/expr/parse.ts";
import { BOOTSTRAP } from "../../../src/scratch/bootstrap.ts";
import { startDebianServer, type DebianServer } from "../../support/debian-server.ts";
import { CONTEXT, functionOf, generatedBodies, PROJECT } from "../../support/generated-bodies.ts";
import { lintMissing } from "../../support/supabase.ts";

// Bodies that are put together at random, on PostgreSQL 15 with plpgsql_check: bytes, trees and errors.

const BODIES = generatedBodies(300, 20_261);
const CONFIG = parseConfig({ context: CONTEXT });
const DATABASE = "postgres";

describe.skipIf(lintMissing !== null)(`generated bodies${lintMissing === null ? "" : ` (${lintMissing})`}`, () => {
  let server: DebianServer | null;
  let db: Db;
  let cleanup: SqlCleanup;
  let errorsBefore: Set<string>;

  beforeAll(async () => {
    server = await startDebianServer();
    if (server === null) throw new Error("no server");
    db = await openServer(server.url(DATABASE));
    await db.exec([BOOTSTRAP, "create extension plpgsql_check", PROJECT].join(";\n"));
    await db.exec(BODIES.map(({ before }, n) => functionOf(before, n)).join("\n"));
    const catalog = await inspect(db);
    errorsBefore = await errorsOf(db);
    cleanup = cleanCatalog(catalog, inspectCatalog(catalog, CONFIG).classified, CONFIG);
    for (const one of cleanup.functions) if (one.kind === "edited") await db.exec(one.definition);
  });
  afterAll(async () => {
    await db.close();
    server?.stop();
  });

  const bodyOf = (n: number): { before: string; after: string; found: string } => {
    const { before, after } = BODIES[n] ?? { before: "", after: "" };
    const one = cleanup.functions.find(({ fn }) => fn.name === `body_${n}`);
    const found = one?.kind === "edited" ? one.body : one === undefined ? before : JSON.stringify(one.questions);
    return { before, after, found };
  };
  const all = (): ReturnType<typeof bodyOf>[] => BODIES.map((_, n) => bodyOf(n));

  test("bodies lose what is marked, and no other byte", () => {
    const wrong = all().filter(({ after, found }) => found !== after);
    expect(wrong.slice(0, 1)).toEqual([]);
    expect(cleanup.functions.filter(({ kind }) => kind === "edited").length).toBeGreaterThan(250);
  });

  test("a body without cuts is not concerned", () => {
    const unchanged = BODIES.flatMap(({ before, after }, n) => (before === after ? [`body_${n}`] : []));
    expect(cleanup.functions.map(({ fn }) => fn.name).filter((name) => unchanged.includes(name))).toEqual([]);
  });

  test("the statements of a new body are those of the old one, less the calls", () => {
    const wrong = all().filter(({ before, found }) => {
      const [old, made] = [statementsOf(before), statementsOf(found)];
      const added = without(made, old);
      const removed = without(old, made);
      // What is new reads a claim or is what is left of a list; what is gone named a retired variable or set one.
      return (
        added.some((text) => RETIRED.test(text)) ||
        removed.some((text) => !RETIRED.test(text) && !/^(block|if|raise)\b/.test(text)) ||
        made.some((text) => RETIRED.test(text))
      );
    });
    expect(wrong.slice(0, 1)).toEqual([]);
  });

  test("plpgsql_check finds the errors that it found before, and no others", async () => {
    expect(errorsBefore.size).toBeGreaterThan(50);
    expect([...(await errorsOf(db))].filter((error) => !errorsBefore.has(error))).toEqual([]);
  });

  test("a second clean-up finds nothing more", async () => {
    const catalog = await inspect(db);
    const again = cleanCatalog(catalog, inspectCatalog(catalog, CONFIG).classified, CONFIG);
    expect(again.functions.map(({ fn }) => fn.name)).toEqual([]);
  });
});

/** Names of the retired variables in anything but a text that only shows a call. */
const RETIRED = /current_setting\('app\.(org_id|role|actor_id)'|set_config\('app\.(org_id|role)'|set_context\(p_/;

/** Each error of plpgsql_check: its function, SQLSTATE and message. */
async function errorsOf(db: Db): Promise<Set<string>> {
  const rows = await db.query<{ error: string }>(`
    select p.proname || ' ' || c.sqlstate || ' ' || c.message as error
    from pg_proc p join pg_language l on l.oid = p.prolang,
      lateral plpgsql_check_function_tb(p.oid, fatal_errors => false, other_warnings => false,
        performance_warnings => false, extra_warnings => false) c
    where l.lanname = 'plpgsql' and p.pronamespace = 'public'::regnamespace and c.level = 'error'`);
  return new Set(rows.map(({ error }) => error));
}

/** The statements of a body, each as its kind and its own SQL: libpg-query's tree without lines and numbers. */
function statementsOf(body: string): string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== "object" || value === null) return;
    for (const [kind, inner] of Object.entries(value)) {
      if (kind.startsWith("PLpgSQL_stmt_")) found.push(statementText(kind, inner));
      visit(inner);
    }
  };
  // the parser of PL/pgSQL alone does not resolve %TYPE of an argument, which PostgreSQL prints resolved
  visit(parsePlpgsql(functionOf(body, 0).replace("p_org note.org_id%type", "p_org uuid")));
  return found.toSorted();
}

/** The texts of the SQL that a statement holds itself. */
function statementText(kind: string, statement: unknown): string {
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      // the value of CASE is in a variable whose name has its number
      if (key === "query" && typeof inner === "string")
        texts.push(inner.replaceAll(/__Case__Variable_\d+__/g, "value"));
      else if (!key.startsWith("PLpgSQL_stmt_")) visit(inner);
    }
  };
  visit(statement);
  const short = kind.replace("PLpgSQL_stmt_", "");
  return texts.length === 0 ? short : `${short}: ${texts.join(" | ")}`;
}

/** A list without those of another, each as often as it is there. */
function without(list: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return list.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
