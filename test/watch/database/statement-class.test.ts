import { describe, expect, test } from "vitest";
import { nameKey, type QualifiedName } from "../../../src/pg/name.ts";
import { meanings, type NamedRelation } from "../../../src/watch/database/names.ts";
import { classify } from "../../../src/watch/database/statement-class.ts";

const visit: QualifiedName = { schema: "public", name: "visit" };
const guest: QualifiedName = { schema: "public", name: "guest" };
const table = (name: QualifiedName, only = true): NamedRelation => ({ ...name, definition: null, bases: [name], only });

const RELATIONS: NamedRelation[] = [
  table(visit),
  table(guest),
  table({ schema: "public", name: "note" }, false),
  // updatable, on one table
  {
    schema: "api",
    name: "visits",
    definition: "SELECT id, tenant_id FROM public.visit WHERE (id > 0);",
    bases: [visit],
    only: true,
  },
  // updatable; the other relation is read alone
  {
    schema: "api",
    name: "visits_of_guests",
    definition: "SELECT id FROM api.visits WHERE (EXISTS ( SELECT 1 FROM public.guest));",
    bases: [guest, visit],
    only: true,
  },
  // not updatable
  {
    schema: "api",
    name: "joined",
    definition: "SELECT v.id FROM (public.visit v JOIN public.guest g ON ((g.id = v.id)));",
    bases: [guest, visit],
    only: true,
  },
];

const of = (text: string) => classify(text, meanings(RELATIONS));
/** `command: relation/what is done with it …; real or not` */
const short = (text: string): string => {
  const made = of(text);
  if (made === null || typeof made === "string") return String(made);
  const touched = made.touched.map(({ relation, command }) => `${relation}/${command}`).toSorted();
  expect([...made.relations].toSorted()).toEqual([...new Set(made.touched.map(({ relation }) => relation))].toSorted());
  return `${made.command}: ${touched.join(" ")}; ${made.rowsAreReal ? "real" : "not real"}`;
};

describe("the relations and the command of a statement", () => {
  test.each([
    ["select * from public.visit where id = $1", "SELECT: public.visit/SELECT; real"],
    ["select * from visit", "SELECT: public.visit/SELECT; real"],
    ['select * from "Visit"', "null"],
    ["select * from other.visit", "null"],
    ["select * from staff", "null"],
    ["select count(*) from visit", "SELECT: public.visit/SELECT; not real"],
    ["select count(*) filter (where id > $1) from visit", "SELECT: public.visit/SELECT; not real"],
    ["select guest_id, count(*) from visit group by guest_id", "SELECT: public.visit/SELECT; real"],
    ["select id, count(*) over () from visit", "SELECT: public.visit/SELECT; real"],
    ["select id, (select count(*) from guest) from visit", "SELECT: public.guest/SELECT public.visit/SELECT; real"],
    ["select exists (select from visit)", "SELECT: public.visit/SELECT; not real"],
    ["select id from visit union all select id from guest", "SELECT: public.guest/SELECT public.visit/SELECT; real"],
    ["insert into visit select * from guest", "INSERT: public.guest/SELECT public.visit/INSERT; real"],
    [
      "insert into visit values ($1) on conflict (id) do update set note = $2",
      "INSERT: public.visit/INSERT public.visit/UPDATE; real",
    ],
    ["insert into visit values ($1) on conflict do nothing", "INSERT: public.visit/INSERT; real"],
    [
      "update visit v set note = $1 from guest g where g.id = v.guest_id",
      "UPDATE: public.guest/SELECT public.visit/UPDATE; real",
    ],
    [
      "delete from only visit where id in (select id from visit)",
      "DELETE: public.visit/DELETE public.visit/SELECT; real",
    ],
    [
      "merge into visit v using guest g on g.id = v.id when matched then update set note = $1 when not matched then insert values ($2)",
      "MERGE: public.guest/SELECT public.visit/INSERT public.visit/UPDATE; real",
    ],
    ["copy public.visit (id) to stdout", "SELECT: public.visit/SELECT; real"],
    ["copy public.visit from stdin", "INSERT: public.visit/INSERT; not real"],
    ["prepare p as select * from visit where id = $1", "SELECT: public.visit/SELECT; real"],
    // the entry of DECLARE counts the command that opens it, and its rows come with FETCH
    ["declare c cursor for select * from visit", "null"],
    ["vacuum public.visit", "null"],
    ["alter table public.visit add note text", "null"],
    // a name of WITH is no relation
    ["with guest as (select 1) select * from guest", "null"],
    ["with a as (delete from visit returning id) select count(*) from a", "DELETE: public.visit/DELETE; not real"],
    // what PostgreSQL 18 writes for a list of constants, and what the grammar has no parameter for
    ["select * from visit where id in ($1 /*, ... */)", "SELECT: public.visit/SELECT; real"],
    ["select date $1, interval $2 from visit where note = 'Ü' limit $3", "SELECT: public.visit/SELECT; real"],
    ["select * from from visit", "unread"],
    // another schema has a relation of this name, too
    ["select * from note", "ambiguous"],
    ["select * from public.note", "SELECT: public.note/SELECT; real"],
  ])("%s", (text, expected) => {
    expect(short(text)).toBe(expected);
  });
});

/** The form of PostgREST's statements: the request is a common table expression, and the result one row. */
const wrapped = (inner: string): string =>
  `WITH pgrst_source AS (${inner}) SELECT $1::bigint AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total, coalesce(json_agg(_postgrest_t), $2) AS body FROM (SELECT * FROM pgrst_source) _postgrest_t`;

describe("PostgREST's statements", () => {
  test.each([
    ['SELECT "public"."visit".* FROM "public"."visit" LIMIT $3', "SELECT: public.visit/SELECT; not real"],
    [
      'UPDATE "public"."visit" SET "note" = pgrst_body."note" FROM (SELECT $3 AS json_data) pgrst_payload, LATERAL (SELECT "note" FROM json_to_record(pgrst_payload.json_data) AS _("note" text)) pgrst_body WHERE "public"."visit"."id" = $4 RETURNING 1',
      "UPDATE: public.visit/UPDATE; not real",
    ],
    ['INSERT INTO "public"."visit"("id") SELECT 1 RETURNING 1', "INSERT: public.visit/INSERT; not real"],
    ['DELETE FROM "public"."visit" WHERE "id" = $3 RETURNING 1', "DELETE: public.visit/DELETE; not real"],
  ])("%s", (inner, expected) => {
    expect(short(wrapped(inner))).toBe(expected);
  });
});

describe("a view", () => {
  test.each([
    ["select * from api.visits", "SELECT: public.visit/SELECT; real"],
    ["update api.visits set tenant_id = $1", "UPDATE: public.visit/UPDATE; real"],
    ["delete from api.visits_of_guests", "DELETE: public.guest/SELECT public.visit/DELETE; real"],
    // the relation that a trigger or rule changes is not known
    ["update api.joined set id = $1", "UPDATE: public.guest/SELECT public.visit/SELECT; real"],
  ])("%s", (text, expected) => {
    expect(short(text)).toBe(expected);
  });
});

test("nothing of the text is in the result", () => {
  const made = of("select * from visit where note = 'secret'");
  expect(JSON.stringify(made)).not.toContain("secret");
  expect(JSON.stringify(made)).toContain(nameKey(visit));
});
