import { expect, test } from "vitest";
import { pgErrorOf, type Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { prove } from "../../src/prove/prove.ts";
import type { Verdict } from "../../src/prove/verdict.ts";
import { onBothMajors, printedCondition } from "../support/majors.ts";
import { readPolicy } from "./tiny.ts";

// A body in PL/pgSQL is analysed when it runs, a statement at a time: a comparison for which there is no operator raises
// 42883 there, whether a row is read or not. `nobody` has no rows.
const BASE = `
  create type stage as enum ('draft', 'live');
  create type size as enum ('draft', 'small');
  create table files (n int primary key, t text, s stage, id uuid);
  create table nobody (s stage, id uuid, n int);
  insert into files values (1, 'draft', 'draft', 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'), (2, 'live', 'live', null);
  alter table files enable row level security;
  grant all on files, nobody to authenticated;
  create function any_text(k text[]) returns boolean language plpgsql stable as
    'begin return exists (select 1 from nobody where s = any (k)); end';
  create function all_text(k text[]) returns boolean language plpgsql stable as
    'begin return exists (select 1 from nobody where s <> all (k)); end';
  create function any_size(k size[]) returns boolean language plpgsql stable as
    'begin return exists (select 1 from nobody where s = any (k)); end';
  create function by_text(k text) returns boolean language plpgsql stable as
    'begin return exists (select 1 from nobody where id = k); end';
  create function by_text_within() returns boolean language plpgsql stable as
    $$ begin return by_text('aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'); end $$;
  create function by_null_within() returns boolean language sql stable as $$ select coalesce(by_text(null), true) $$;
  create function by_number(k int) returns boolean language plpgsql stable as
    'begin return exists (select 1 from nobody where k < id); end';
  create function in_texts(k text) returns boolean language plpgsql stable as
    'begin return exists (select 1 from nobody where id in (k, k)); end';
  create function in_branch(k int, x text) returns boolean language plpgsql stable as
    'begin if k = 1 then return exists (select 1 from nobody where id = x); end if; return true; end';
  create function in_condition(k int, x text) returns boolean language plpgsql stable as
    'begin if exists (select 1 from nobody where id = x) then return false; end if; return true; end';
  create function unused(x text) returns boolean language plpgsql stable as
    'declare v boolean; begin v := exists (select 1 from nobody where id = x); return true; end';
  create function caught(x text) returns boolean language plpgsql stable as
    'begin return exists (select 1 from nobody where id = x); exception when undefined_function then return true; end';
  create function always_caught(k int, x text) returns boolean language plpgsql stable as
    'begin return exists (select 1 from nobody where id = x); exception when others then return k = 1; end';
  create function by_constant() returns boolean language plpgsql stable as
    $$ begin return not exists (select 1 from nobody where s = 'draft'); end $$;
  create function by_array() returns boolean language plpgsql stable as
    $$ begin return not exists (select 1 from nobody where s = any ('{draft,live}')); end $$;
  create function by_cast(k text) returns boolean language plpgsql stable as
    'begin return not exists (select 1 from nobody where s = k::stage or id::text = k or n = k::int); end';`;

/** The function raises 42883 for every row. */
const RAISING: readonly string[] = [
  "any_text(array['draft'])",
  "any_text(null)",
  "all_text(array[t])",
  "any_size(array['draft']::size[])",
  "by_text(t)",
  "by_number(n)",
  "in_texts(t)",
  "in_condition(n, t)",
  "unused(t)",
  "by_text(null)",
  "by_text('aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa')",
  "by_text_within()",
  "by_null_within()",
];

/** Where PostgreSQL raises for no row, both decide alike. */
const OTHER: readonly [before: string, after: string, expected: Found][] = [
  ["by_constant()", "true", { decision: "looser", errors: [] }],
  ["by_array()", "true", { decision: "unknown", errors: [] }],
  ["always_caught(n, t)", "n = 1", { decision: "unknown", errors: [] }],
  ["in_branch(n, t)", "n <> 1", { decision: "equivalent", errors: ["error->deny"] }],
  ["in_branch(n, t)", "true", { decision: "equivalent", errors: ["error->allow"] }],
];

const guardedBy = (base: Catalog, using: string): Catalog => ({ ...base, policies: [readPolicy("files", using)] });

type Found = Pick<Verdict, "decision" | "errors">;

function decisionOn(base: Catalog, before: string, after: string): Found | null {
  const options = { relations: new Set(["public.files"]), roles: ["authenticated"] };
  const verdicts = prove(guardedBy(base, before), guardedBy(base, after), options);
  const found = verdicts.find(({ component, role }) => component === "SELECT" && role === "authenticated");
  return found ? { decision: found.decision, errors: found.errors } : null;
}

/** The condition as PostgreSQL prints it where no schema is searched, and the SQLSTATE of a query under it. */
async function tried(db: Db, condition: string): Promise<{ text: string; error: string }> {
  const text = await printedCondition(db, condition);
  await db.exec("begin; set local role authenticated");
  try {
    await db.exec("select n from files");
    return { text, error: "" };
  } catch (error) {
    return { text, error: pgErrorOf(error)?.sqlstate ?? String(error) };
  } finally {
    await db.exec("rollback");
  }
}

onBothMajors(BASE, (opened) => {
  test.each(RAISING)("%s: every row raises", async (condition) => {
    const { text, error } = await tried(opened().fork.db, condition);
    expect(error).toBe("42883");
    expect(decisionOn(opened().catalog, text, "true")).toEqual({ decision: "equivalent", errors: ["error->allow"] });
    expect(decisionOn(opened().catalog, "true", text)).toEqual({ decision: "equivalent", errors: ["allow->error"] });
    expect(decisionOn(opened().catalog, text, "false")).toEqual({ decision: "equivalent", errors: ["error->deny"] });
    expect(decisionOn(opened().catalog, text, text)).toEqual({ decision: "equivalent", errors: [] });
  });

  test.each(OTHER)("%s → %s: %s", async (before, after, expected) => {
    const [one, two] = [await tried(opened().fork.db, before), await tried(opened().fork.db, after)];
    expect(two.error).toBe("");
    expect(decisionOn(opened().catalog, one.text, two.text)).toEqual(expected);
  });

  test("a handler may catch it", async () => {
    const { text, error } = await tried(opened().fork.db, "caught(t)");
    expect(error).toBe("");
    expect(decisionOn(opened().catalog, text, "false")?.decision).not.toBe("equivalent");
  });

  test("texts that are cast have an operator", async () => {
    const { text } = await tried(opened().fork.db, "by_cast(t)");
    expect(decisionOn(opened().catalog, text, "false")?.decision).not.toBe("equivalent");
  });

  test("a cast that somebody made implicit lets PostgreSQL compare", async () => {
    const made = await opened().fork.fork();
    try {
      await made.db.exec("set search_path = public; create cast (text as uuid) with inout as implicit");
      const { text, error } = await tried(made.db, "not by_text(id::text)");
      expect(error).toBe("");
      expect(decisionOn(await inspect(made.db), text, "false")?.decision).not.toBe("equivalent");
    } finally {
      await made.close();
    }
  });
});
