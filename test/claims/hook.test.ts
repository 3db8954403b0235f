import { describe, expect, test } from "vitest";
import { analyseFunctions } from "../../src/classify/functions/functions.ts";
import { LIMITS, tokenHooks, tryHook, type HookTrial } from "../../src/claims/members/hook.ts";
import { declaredSource, describedBy } from "../../src/claims/source/source.ts";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { claimsServer, id } from "./native.ts";
import { look, SOURCE } from "./support.ts";

const fresh = claimsServer();

const STAFF = `create table staff (user_id uuid primary key, role text not null); select users(4);
  insert into staff select id(n), 'boss' from generate_series(1, 4) n;
  update auth.users set raw_app_meta_data = '{"role": "boss"}';`;
const DECLARED = { relation: "public.staff", user: "user_id", claims: { "app_metadata.role": "role" }, active: "true" };
const hook = (body: string, language = "plpgsql"): string => `
  create function token_hook(event jsonb) returns jsonb language ${language} as $$ ${body} $$;
  grant execute on function token_hook to supabase_auth_admin;`;
// event ->> 'claims' makes it a hook by its body
const CALLS = (what: string): string => hook(`begin perform ${what}; return event; /* claims */ end`);

describe("a hook is not called", () => {
  test.each([
    [
      "a hook that calls a function that reaches another session",
      `create function far(text) returns text language plpgsql as $$ begin return public.dblink_exec('', $1); end $$;
       create function near() returns text language sql as $$ select public.far('update x') $$;
       ${CALLS("public.near()")}`,
      { kind: "side effects", by: "public.far" },
    ],
    [
      "a hook that calls a function with dynamic SQL",
      `create function run(text) returns void language plpgsql as $$ begin execute $1; end $$; ${CALLS("public.run('select 1')")}`,
      { kind: "unread function", function: "public.run", why: "it runs SQL that it builds at run time" },
    ],
    [
      "a hook that calls a function in C",
      `create function c_code(anyelement) returns text language internal as 'pg_typeof'; ${CALLS("public.c_code(1)")}`,
      { kind: "unread function", function: "public.c_code", why: "its language is internal" },
    ],
    [
      "a hook that calls a function that is not in the catalog",
      CALLS("pg_temp.other()"),
      { kind: "unknown call", function: "public.token_hook", calls: "pg_temp.other" },
    ],
  ])("%s", async (_, sql, because) => {
    const { facts } = await look(await fresh(STAFF + sql), { config: { claimsSync: DECLARED } });
    expect(facts.hooks.map(({ trial }) => trial)).toEqual([{ kind: "not-called", because }]);
  });

  test("an expression that reaches out is not evaluated, so a hook is not compared with it", async () => {
    const db = await fresh(`${STAFF} create sequence seen;
      create function public.far(text) returns text language plpgsql as $$ begin perform 'dblink'; return $1; end $$;
      ${CALLS("1")}
      create function sync() returns trigger language plpgsql as $$ begin return new; end $$;
      create trigger sync after insert on staff for each row execute function sync();`);
    const because = { kind: "side effects", by: "public.far" };
    const config = { claimsSync: { ...DECLARED, claims: { "app_metadata.role": "public.far(role)" } } };
    const { facts } = await look(db, { config });
    expect(facts.members).toEqual({ kind: "unknown", because });
    expect(facts.hooks.map(({ trial }) => trial)).toEqual([{ kind: "not-called", because }]);
  });

  test("a trigger that reaches out is not tried", async () => {
    const { facts, codes } = await look(
      await fresh(`${STAFF}
      create function far() returns text language sql as $$ select 'dblink' $$;
      create function sync() returns trigger language plpgsql as $$ begin
        perform public.far(); update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('role', new.role) where id = new.user_id;
        return new; end $$;
      create trigger sync after insert or update or delete on staff for each row execute function sync();`),
      { config: { claimsSync: DECLARED } },
    );
    expect(facts.behaviour).toEqual({
      kind: "unknown",
      because: { kind: "side effects", by: "public.sync" },
    });
    expect(codes).toContain("warning sync-unknown");
  });
});

test("the hook is called with the id as Supabase Auth writes it, where the source has it in capitals", async () => {
  const db = await fresh(`${STAFF} alter table staff alter column user_id type text using upper(user_id::text);
    ${hook(`begin if event ->> 'user_id' <> lower(event ->> 'user_id') then raise 'no id'; end if; return event; /* claims */ end`)}`);
  const { facts } = await look(db, { config: { claimsSync: DECLARED } });
  expect(facts.hooks.map(({ trial }) => trial)).toMatchObject([
    { kind: "called", members: 4, left: 0, differ: { total: 0 }, raised: { total: 0 } },
  ]);
});

describe("a hook that hangs", () => {
  const trial = async (db: Db, limits: typeof LIMITS): Promise<HookTrial> => {
    const catalog = await inspect(db);
    const [found] = tokenHooks(catalog, analyseFunctions(catalog, SOURCE));
    if (!found) throw new Error("no hook");
    await db.exec("begin read only");
    const tried = await tryHook(
      db,
      found,
      declaredSource(describedBy(DECLARED), catalog),
      limits,
      performance.now() + limits.all,
    );
    await db.exec("rollback");
    return tried;
  };

  test("the call is given up, and so are the members after it when the time for all is over", async () => {
    const db = await fresh(STAFF + CALLS("pg_catalog.pg_sleep(5)"));
    const tried = await trial(db, { each: 200, all: 300 });
    expect(tried).toMatchObject({ members: 2, left: 2, raised: { ids: [id(1), id(2)], sqlstates: ["57014"] } });
  });

  test("a hook that hangs for one member leaves time for the others", async () => {
    const db = await fresh(
      STAFF +
        hook(
          `begin if event ->> 'user_id' = '${id(2)}' then perform pg_catalog.pg_sleep(5); end if; return event; /* claims */ end`,
        ),
    );
    expect(await trial(db, { each: 200, all: 5000 })).toMatchObject({
      members: 4,
      left: 0,
      differ: { total: 0 },
      raised: { ids: [id(2)] },
    });
  });

  test("the limits are 20 s in all and 5 s a call by default", () => {
    expect(LIMITS).toEqual({ each: 5000, all: 20_000 });
  });
});
