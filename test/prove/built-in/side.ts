import { readFileSync } from "node:fs";
import { openServer } from "../../../src/db/server.ts";
import type { Db } from "../../../src/db/port.ts";
import { quoteIdent, quoteLiteral } from "../../../src/pg/identifier.ts";
import type { Random } from "../fuzz/random.ts";
import { TYPES, UUIDS, WORDS } from "./types.ts";
import type { WorldObject } from "./world.ts";

const RUN = readFileSync(new URL("./run.sql", import.meta.url), "utf8");

/** Roles of the cluster; the child has what the app role has. */
export const ROLES = ["fz_app", "fz_child"] as const;

export const CREATE_ROLES = `do $$ begin
  if not exists (select from pg_roles where rolname = 'fz_owner') then
    create role fz_owner; create role fz_app; create role fz_child in role fz_app;
  end if;
end $$`;

/** A side as a database of its own. */
export interface BuiltSide {
  db: Db;
  close(): Promise<void>;
}

/** A database with these objects, owned by a role that is no superuser. Null where PostgreSQL refuses one of them. */
export async function buildSide(
  server: { db: Db; url: string },
  name: string,
  objects: readonly WorldObject[],
  searchPath: string,
): Promise<BuiltSide | null> {
  await server.db.exec(`drop database if exists ${quoteIdent(name)} with (force)`);
  await server.db.exec(`create database ${quoteIdent(name)}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const db = await openServer(url.href);
  const close = async (): Promise<void> => {
    await db.close();
    await server.db.exec(`drop database if exists ${quoteIdent(name)} with (force)`);
  };
  const statements = objects.map(({ sql, superuser }) =>
    superuser ? sql : `set session authorization fz_owner; ${sql}; reset session authorization`,
  );
  try {
    await db.exec(`${RUN}
      create schema app authorization fz_owner; create schema first authorization fz_owner;
      grant usage on schema app, first to fz_app;
      set client_min_messages = error; set enable_seqscan = off; set timezone = 'UTC';
      set search_path = app, public;
      ${statements.join(";\n")};
      set search_path = ${searchPath}`);
    return { db, close };
  } catch {
    await close();
    return null;
  }
}

/** A guarded table of the columns of `things`: plain, partitioned, or with a child that inherits from it. */
export function tableSql(name: string, at: number): string {
  const table = `app.${quoteIdent(name)}`;
  const more = (suffix: string): string => `app.${quoteIdent(name + suffix)}`;
  const like = `create table ${table} (like app.things including all)`;
  const made =
    at % 7 === 3
      ? `${like} partition by hash (id); create table ${more("_0")} partition of ${table} for values with (modulus 2, remainder 0);
         create table ${more("_1")} partition of ${table} for values with (modulus 2, remainder 1)`
      : at % 7 === 5
        ? `${like}; create table ${more("_kid")} (primary key (id)) inherits (${table})`
        : like;
  return `set session authorization fz_owner; ${made}; alter table ${table} enable row level security;
    grant select on ${table} to fz_app; reset session authorization`;
}

export const policySql = (table: string, condition: string): string =>
  `create policy p on app.${quoteIdent(table)} for select to fz_app using (${condition})`;

const literal = (value: string | null): string => (value === null ? "null" : quoteLiteral(value));

/** Statements that put other rows into every table; each may fail on its own. */
export function rowsOf(random: Random, tables: readonly string[], count: number): string[] {
  const uuid = (): string => literal(random.pick([...UUIDS, null]));
  const text = (): string => literal(random.pick(WORDS));
  const number = (): string => literal(random.pick(["0", "1", "2", "3", null]));
  const word = (): string => literal(random.pick(["a", "ab", null]));
  const columns = Object.values(TYPES).flatMap(({ columns: names, values }) =>
    names.filter((name) => name !== "id").map((name) => ({ name, values })),
  );
  const things = Array.from(
    { length: count },
    (_, id) =>
      `insert into app.things (id, ${columns.map(({ name }) => name).join(", ")}) values (${id}, ${columns
        .map(({ values }) => literal(random.pick(values)))
        .join(", ")})`,
  );
  return [
    "truncate app.things, app.others, app.parts, app.parts_0, app.parts_1, app.kin, app.kid",
    ...things,
    ...Array.from(
      { length: random.int(4) },
      (_, id) =>
        `insert into app.others values (${id}, ${uuid()}, ${text()}, ${number()}, '2024-01-01 00:00:00.4+00', ${word()}, ${word()})`,
    ),
    `insert into app.parts_0 values (${number()}, ${text()}, 2)`,
    ...(random.chance(0.7) ? [`insert into app.parts_1 values (${number()}, ${text()}, 1)`] : []),
    ...(random.chance(0.5) ? [`insert into app.kin values (1, ${text()}, ${number()})`] : []),
    ...(random.chance(0.5) ? [`insert into app.kid values (2, ${text()}, ${number()})`] : []),
    // what has no data stays so
    "do $$ begin if (select relispopulated from pg_class where oid = 'app.m_others'::regclass) then refresh materialized view app.m_others; end if; end $$",
    ...tables.map(
      (name) => `truncate app.${quoteIdent(name)}; insert into app.${quoteIdent(name)} select * from app.things`,
    ),
  ];
}
