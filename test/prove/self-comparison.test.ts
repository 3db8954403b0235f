import { expect, test } from "vitest";
import { pgErrorOf, type Db } from "../../src/db/port.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import type { Component } from "../../src/prove/component.ts";
import { prove } from "../../src/prove/prove.ts";
import type { Decision } from "../../src/prove/verdict.ts";
import { onBothMajors, printedCondition } from "../support/majors.ts";
import { readPolicy } from "./tiny.ts";

// A policy that compares with itself a value of no column, such as now() = now(), fails while it is planned: PostgreSQL
// makes `now() IS NOT NULL` of it and finds no place for that. Each condition here is true for the row, or would be if it
// were planned. A verdict from or to it is never one that lets a change pass.
const BASE = `
  create table files (n int primary key, t text, at timestamptz);
  create table others (n int primary key);
  create table guarded (n int primary key);
  insert into files values (1, '1', now());
  insert into others values (1);
  insert into guarded values (1);
  alter table files enable row level security;
  alter table guarded enable row level security;
  grant all on files, others, guarded to authenticated;
  create policy p on guarded using (now() = now());
  create type pair as (at timestamptz, n int);
  create function same(a timestamptz, b timestamptz) returns boolean language sql immutable as 'select $1 = $2';
  create function differ(a timestamptz, b timestamptz) returns boolean language sql immutable as 'select a <> b';
  create function same_by(a timestamptz default now(), b timestamptz default now()) returns boolean language sql stable as 'select a = b';
  create function same_any(a anyelement, b anyelement) returns boolean language sql immutable as 'select $1 = $2';
  create function same_all(variadic k text[]) returns boolean language sql stable as 'select current_user = current_user';
  create function of_it(a int) returns boolean language sql stable as 'select now() = now()';
  create function of_it(a text) returns boolean language sql stable as 'select now() = now()';
  create function of_three(a timestamptz, b timestamptz, c int) returns boolean language sql immutable as 'select a = b and c is distinct from 2';
  create function by_another(a int) returns boolean language sql stable as 'select same_all(a::text)';
  create function same_in_plpgsql(a timestamptz, b timestamptz) returns boolean language plpgsql stable as 'begin return a = b; end';
  create function same_for_owner(a timestamptz, b timestamptz) returns boolean language sql stable security definer as 'select a = b';
  create function finds(a int) returns boolean language sql stable as 'select exists (select 1 from others where a = a)';
  create function me() returns text language sql stable as $$ select current_setting('app.me', true) $$;
  create function fixed(a int) returns text language sql stable as $$ select current_setting('app.me', true) $$;
  create function one() returns int language plpgsql stable as 'begin return 1; end';
  create function two() returns int language plpgsql immutable as 'begin return 2; end';`;

/** No statement is planned. */
const REFUSED: readonly string[] = [
  "now() = now()",
  "n = 1 and now() = now()",
  "not (now() <> now())",
  "now() in (now())",
  "not (now() not in (now()))",
  "(now(), n) = (now(), n)",
  "(now() = now()) = true",
  "(n = 1 and now() = now()) or (n = 2 and now() = now())",
  "case when true then now() = now() else false end",
  "current_user = current_user",
  "session_user = session_user",
  "current_date = current_date",
  "current_setting('app.me', true) = current_setting('app.me', true)",
  "current_setting('app.me', true)::int = current_setting('app.me', true)::int",
  "current_setting('request.jwt.claim.sub', true) = current_setting('request.jwt.claim.sub', true)",
  "(now() + interval '1 day') = (now() + interval '1 day')",
  "('2024-01-01'::date)::timestamptz = ('2024-01-01'::date)::timestamptz",
  "array[now()] = array[now()]",
  "current_setting('app.me', true)::varchar = current_setting('app.me', true)",
  "now()::text::varchar = now()::text",
  "jsonb_build_object('a', now()) = jsonb_build_object('a', now())",
  "coalesce(now(), '2024-01-01') = coalesce(now(), '2024-01-01')",
  "nullif(now(), '2024-01-01') = nullif(now(), '2024-01-01')",
  "(case when true then now() else at end) = now()",
  "(row(now(), n)::pair).at = now()",
  "auth.uid() = auth.uid()",
  // functions: STABLE ones are called when the statement runs, and a body in SQL may take the place of its call
  "one() = one()",
  "me() = me()",
  "me() = current_setting('app.me', true)",
  "fixed(n) = me()",
  "fixed(n) = fixed(2)",
  "same(now(), now())",
  "not differ(now(), now())",
  "same_by()",
  "same_by(b => now())",
  "same_any(now(), now())",
  "same_all('a', 'b')",
  "of_it(n)",
  "of_three(now(), now(), n)",
  "by_another(n)",
  // what the condition reads has such a policy
  "exists (select 1 from guarded)",
  "n = 1 or exists (select 1 from guarded g where g.n = files.n)",
];

/** Statements are planned, and the verdict is the one that the conditions have in PostgreSQL's three-valued logic. */
const PLANNED: readonly [before: string, after: string, expected: Decision][] = [
  // what names a column, or is a constant
  ["n = n", "true", "equivalent"],
  ["t = t", "t is not null", "equivalent"],
  ["1 = 1", "true", "equivalent"],
  ["'a'::text = 'a'", "true", "equivalent"],
  ["current_user = 'authenticated'", "true", "equivalent"],
  ["at = now()", "now() = at", "equivalent"],
  ["coalesce(t, current_setting('app.me', true)) = current_setting('app.me', true)", "true", "looser"],
  [
    "(current_setting('app.me', true) = 'a') = (t = 'a')",
    "(t = 'a') = (current_setting('app.me', true) = 'a')",
    "equivalent",
  ],
  // two values of no column that are not the same
  ["me() = current_setting('app.you', true)", "current_setting('app.you', true) = me()", "equivalent"],
  ["one() = two()", "two() = one()", "equivalent"],
  ["now() >= now()", "true", "equivalent"],
  ["now() is not distinct from now()", "true", "equivalent"],
  // in a query of its own
  ["exists (select 1 from others o where now() = now())", "exists (select 1 from others)", "equivalent"],
  ["exists (select 1 from others o where files.n = files.n)", "exists (select 1 from others)", "equivalent"],
  [
    "exists (select 1 from (select now() as x from others) s where s.x = now())",
    "exists (select 1 from others)",
    "equivalent",
  ],
  ["exists (select 1 from others o join others p on now() = now())", "exists (select 1 from others)", "equivalent"],
  ["(select now()) = (select now())", "true", "equivalent"],
  ["same_in_plpgsql(now(), now())", "true", "equivalent"],
  ["same_for_owner(now(), now())", "true", "equivalent"],
  ["finds(n)", "exists (select 1 from others)", "equivalent"],
];

/** PostgreSQL plans these as well; they look too much like the others for a decision. */
const NOT_TOLD: readonly string[] = [
  "now() = now() or n = 2",
  "coalesce(now() = now(), true)",
  "coalesce(null, now() = now())",
  "(now() = now()) is true",
  "case when n = 1 then now() = now() else true end",
  "coalesce(now(), '2024-01-01') = now()",
];

const guardedBy = (base: Catalog, using: string): Catalog => ({
  ...base,
  policies: [...others(base), { ...readPolicy("files", using), command: "ALL" }],
});

const others = (base: Catalog): Catalog["policies"] => base.policies.filter(({ relation }) => relation !== "files");

type Decisions = Partial<Record<Component, Decision>>;

function decisionsOn(before: Catalog, after: Catalog): Decisions {
  const verdicts = prove(before, after, { relations: new Set(["public.files"]), roles: ["authenticated"] });
  const ofRole = verdicts.filter(({ role }) => role === "authenticated");
  return Object.fromEntries(ofRole.map(({ component, decision }) => [component, decision]));
}

/** The condition as PostgreSQL prints it where no schema is searched, and the SQLSTATE of statements under it. */
async function tried(db: Db, condition: string): Promise<{ text: string; errors: string[] }> {
  const text = await printedCondition(db, condition);
  const errors: string[] = [];
  // the second comes to no row
  for (const statement of [
    "select n from files",
    "delete from files where n = 99",
    "update files set n = 1 where n = 1",
  ])
    errors.push(await stateOf(db, statement));
  return { text, errors };
}

async function stateOf(db: Db, statement: string): Promise<string> {
  await db.exec("begin; set local role authenticated; set local app.me = '1'");
  try {
    await db.exec(statement);
    return "";
  } catch (error) {
    return pgErrorOf(error)?.sqlstate ?? String(error);
  } finally {
    await db.exec("rollback");
  }
}

onBothMajors(BASE, (opened) => {
  test.each(REFUSED)("%s: no statement is planned", async (condition) => {
    const { text, errors } = await tried(opened().fork.db, condition);
    expect(errors).toEqual(["XX000", "XX000", "XX000"]);
    const [refused, planned] = [guardedBy(opened().catalog, text), guardedBy(opened().catalog, "true")];
    for (const decisions of [decisionsOn(refused, planned), decisionsOn(planned, refused)])
      expect(decisions).toMatchObject({ SELECT: "unknown", "UPDATE USING": "unknown", DELETE: "unknown" });
    // the same value, which PostgreSQL plans
    const within = await tried(opened().fork.db, `(${condition}) is true`);
    expect(decisionsOn(refused, guardedBy(opened().catalog, within.text)).SELECT).toBe("unknown");
  });

  test.each(["now() = now()", "same(now(), now())"])(
    "%s: as WITH CHECK it is evaluated for each new row",
    async (condition) => {
      const { text } = await tried(opened().fork.db, "true");
      await opened().fork.db.exec(
        `drop policy p on files; create policy p on files for insert with check (${condition})`,
      );
      expect(await stateOf(opened().fork.db, "insert into files values (2)")).toBe("");
      const { text: refused } = await tried(opened().fork.db, condition);
      expect(decisionsOn(guardedBy(opened().catalog, refused), guardedBy(opened().catalog, text)).INSERT).toBe(
        "equivalent",
      );
    },
  );

  test.each(PLANNED)("%s → %s: %s", async (before, after, expected) => {
    const [one, two] = [await tried(opened().fork.db, before), await tried(opened().fork.db, after)];
    expect([...one.errors, ...two.errors]).not.toContain("XX000");
    expect(decisionsOn(guardedBy(opened().catalog, one.text), guardedBy(opened().catalog, two.text)).SELECT).toBe(
      expected,
    );
  });

  test.each(NOT_TOLD)("%s: nothing is claimed", async (condition) => {
    const { text, errors } = await tried(opened().fork.db, condition);
    expect(errors).toEqual(["", "", ""]);
    expect(decisionsOn(guardedBy(opened().catalog, text), guardedBy(opened().catalog, "true")).SELECT).toBe("unknown");
  });
});
