import { quoteIdent, quoteLiteral } from "../../src/pg/identifier.ts";
import { hostile } from "./hostile.ts";

const id = (prefix: string): string => quoteIdent(hostile(prefix));
const text = (prefix: string): string => quoteLiteral(hostile(prefix));

export const SETTING = hostile("app.org");
export const CLAIM = hostile("org");

const S = id("s");
const hybrid = (column: string): string =>
  `${column} = coalesce(nullif(current_setting(${quoteLiteral(SETTING)}, true), '')::uuid,
    (auth.jwt() -> 'app_metadata' ->> ${quoteLiteral(CLAIM)})::uuid)`;

/** What ends a dollar quote, a comment, a section of a migration, or a place of a format. */
const ENDS = quoteIdent("x$rlsmith$ $$ $old$ */\n-- migrate:down\n;--'%s %");

/**
 * A project in which each name, comment and message is hostile: tables behind policies that read a variable and a claim,
 * an open table, a function that returns every row, one that raises, constraints, a trigger, and a statement that fails.
 */
export const HOSTILE_SQL = `
create role ${id("r")};
create schema ${S};
grant usage on schema ${S} to authenticated, ${id("r")};
create domain ${S}.${id("d")} as text check (value <> '');
create table ${S}.${id("t")} (${id("k")} uuid primary key default gen_random_uuid(), ${id("c")} uuid not null,
  ${id("v")} ${S}.${id("d")} default ${text("default")}, constraint ${id("x")} check (${id("v")} <> ${text("no")}));
create table ${S}.${id("u")} (${id("k")} uuid primary key default gen_random_uuid(), ${id("c")} uuid not null,
  ${id("p")} uuid references ${S}.${id("t")});
create table ${S}.${id("open")} (${id("k")} uuid primary key default gen_random_uuid(), ${id("c")} uuid not null);
create table ${S}.${ENDS} (${ENDS} uuid primary key default gen_random_uuid(), ${id("c")} uuid not null);
alter table ${S}.${ENDS} enable row level security;
alter table ${S}.${id("t")} enable row level security;
alter table ${S}.${id("u")} enable row level security;
alter table ${S}.${id("open")} enable row level security;
grant select, insert, update, delete on all tables in schema ${S} to authenticated, ${id("r")};
comment on schema ${S} is ${text("comment")};
comment on table ${S}.${id("t")} is ${text("comment")};
comment on column ${S}.${id("t")}.${id("c")} is ${text("comment")};
create function ${S}.${id("mine")}() returns uuid language sql stable as $f$
  -- a\ttab
  select ${hybrid("").replace(/^ = /, "").replaceAll("$f$", "")} $f$;
create policy ${id("read")} on ${S}.${id("t")} for select to authenticated, ${id("r")} using (${hybrid(id("c"))});
comment on policy ${id("read")} on ${S}.${id("t")} is ${text("comment")};
create policy ${id("write")} on ${S}.${id("t")} to authenticated using (${hybrid(id("c"))} and ${id("v")} <> ${text("locked")});
create policy ${id("all")} on ${S}.${id("u")} to authenticated using (${id("c")} = ${S}.${id("mine")}());
create policy ${ENDS} on ${S}.${ENDS} to authenticated using (${hybrid(id("c"))});
comment on policy ${ENDS} on ${S}.${ENDS} is ${quoteLiteral("$rlsmith$ $old$ */\n-- migrate:down\n'")};
create policy ${id("any")} on ${S}.${id("open")} to authenticated using (true);
create policy ${id("own")} on ${S}.${id("open")} for select to authenticated using (${hybrid(id("c"))});
create function ${S}.${id("every")}(${id("a")} text default ${text("a")}) returns setof ${S}.${id("t")} language sql security definer
  as $f$ select * from ${S}.${id("t")} $f$;
create function ${S}.${id("raise")}() returns trigger language plpgsql as $f$
  begin raise exception using message = ${text("raised")}, detail = ${text("detail")}, hint = ${text("hint")}; end $f$;
create trigger ${id("trig")} before delete on ${S}.${id("u")} for each row execute function ${S}.${id("raise")}();
create view ${S}.${id("view")} as select * from ${S}.${id("t")};
grant select on ${S}.${id("view")} to authenticated;
`;

/** Statements whose failure and notice quote hostile text. */
export const FAILING_SQL = `
do $x$ begin raise notice '%', ${text("notice")}; raise exception '%', ${text("failed")}; end $x$;
select * from ${S}.${id("missing")};
select ${text("22P02")}::uuid;
create extension ${id("ext")};
`;

export const HOSTILE_CONFIG = `export default ${JSON.stringify({
  migrations: { folder: "migrations", layout: "plain" },
  context: { [SETTING]: { claim: ["app_metadata", CLAIM], type: "uuid" } },
  contexts: { [hostile("context")]: ["*"] },
})};
`;

/** The files of the project. The name of the migration is hostile, too; a slash cannot be in it. */
export const HOSTILE_FILES: Record<string, string> = {
  "rlsmith.config.ts": HOSTILE_CONFIG,
  [`migrations/${hostile("1")}.sql`]: HOSTILE_SQL,
};
