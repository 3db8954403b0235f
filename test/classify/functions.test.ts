import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionFacts } from "../../src/classify/functions/facts.ts";
import { CLAIM, HYBRID, openLab, SETTING, using, type Analysed, type Lab } from "./support.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => lab?.close());

const factOf = ({ facts }: Analysed, name: string): FunctionFacts => {
  const found = facts.find((fact) => fact.name === name);
  if (!found) throw new Error(`no function ${name}`);
  return found;
};

const sqlFn = (name: string, result: string, body: string): string =>
  `create function ${name} returns ${result} language sql stable as $f$ ${body} $f$;`;
const plFn = (name: string, result: string, body: string): string =>
  `create function ${name} returns ${result} language plpgsql stable as $f$ ${body} $f$;`;

const reads = async (body: string): Promise<[string, string | null, boolean][]> =>
  factOf(await lab.analyse(plFn("app.tenant()", "uuid", body)), "tenant").reads.map((read) => [
    read.setting,
    read.claimPath?.join(".") ?? null,
    read.emptyIsNull,
  ]);

const writes = async (sql: string, name: string): Promise<[string, string | null][]> =>
  factOf(await lab.analyse(sql), name).writesClaims.map(({ path, column }): [string, string | null] => [
    path.join("."),
    column,
  ]);

const trigger = (body: string): string =>
  `create function app.sync() returns trigger language plpgsql as $f$ ${body} $f$;`;

describe("helpers", () => {
  test("a policy that reads only through a helper", async () => {
    const policy = await lab.policy(
      `${sqlFn("app.current_casino()", "uuid", `select ${SETTING}`)} ${using("casino_id = app.current_casino()")}`,
    );
    expect(policy).toMatchObject({
      pattern: "B",
      sessionOnly: ["app.casino_id"],
      functions: [{ schema: "app", name: "current_casino" }],
      reads: [{ setting: "app.casino_id", through: ["app.current_casino"], cast: "uuid", emptyIsNull: true }],
    });
    expect(policy.idioms).toContain("helper-function");
  });

  test("nested three deep, the reader last in the chain", async () => {
    const policy = await lab.policy(`
      ${sqlFn("app.raw_casino()", "text", "select current_setting('app.casino_id', true)")}
      ${plFn("app.casino()", "uuid", "begin return nullif(app.raw_casino(), '')::uuid; end")}
      ${sqlFn("app.may_see(c uuid)", "boolean", "select c = app.casino()")}
      ${using("app.may_see(casino_id)")}`);
    expect(policy.pattern).toBe("B");
    expect(policy.reads.map(({ setting, through }) => [setting, through])).toEqual([
      ["app.casino_id", ["app.may_see", "app.casino", "app.raw_casino"]],
    ]);
  });

  test("functions that call one another come to an end", async () => {
    const policy = await lab.policy(`
      create function app.ping(n int) returns boolean language sql as 'select true';
      create function app.pong(n int) returns boolean language sql as $f$ select ${SETTING} is not null and app.ping(n - 1) $f$;
      create or replace function app.ping(n int) returns boolean language sql as 'select case when n = 0 then true else app.pong(n) end';
      ${using("app.ping(3) and casino_id is not null")}`);
    expect(policy.reads.map(({ through }) => through)).toEqual([["app.ping", "app.pong"]]);
  });

  test("of overloads the one counts that Postgres chose", async () => {
    const policy = await lab.policy(`
      ${sqlFn("app.tenant()", "uuid", `select ${SETTING}`)}
      ${sqlFn("app.tenant(kind text)", "uuid", "select current_setting('app.other_id', true)::uuid")}
      ${using("casino_id = app.tenant()")}`);
    expect(policy.sessionOnly).toEqual(["app.casino_id"]);
    const defaults = await lab.policy(`
      ${sqlFn("app.tenant(a int, b int default 1, c int default 1)", "uuid", `select ${SETTING}`)}
      ${sqlFn("app.tenant(kind text)", "uuid", "select current_setting('app.other_id', true)::uuid")}
      ${using("casino_id = app.tenant(1, 2)")}`);
    expect(defaults.sessionOnly).toEqual(["app.casino_id"]);
  });

  test("an unqualified call follows the function's search_path, else public, else any schema", async () => {
    const { policies } = await lab.analyse(`
      ${sqlFn("app.tenant()", "uuid", "select current_setting('app.from_app', true)::uuid")}
      ${sqlFn("public.tenant()", "uuid", "select current_setting('app.from_public', true)::uuid")}
      create schema "My App";
      ${sqlFn('"My App"."Only Here"()', "uuid", "select current_setting('app.only_here', true)::uuid")}
      create function app.by_path() returns uuid language plpgsql set search_path = app as 'begin return tenant(); end';
      create function app.by_default() returns uuid language plpgsql as 'begin return tenant(); end';
      create function app.by_luck() returns uuid language plpgsql as 'begin return "Only Here"(); end';
      create function app.by_nothing() returns uuid language plpgsql set search_path = '' as 'begin return "Only Here"(); end';
      create policy p1 on slip using (casino_id = app.by_path());
      create policy p2 on slip using (casino_id = app.by_default());
      create policy p3 on slip using (casino_id = app.by_luck());
      create policy p4 on slip using (casino_id = app.by_nothing());`);
    expect(policies.map((policy) => policy.sessionOnly)).toEqual([
      ["app.from_app"],
      ["app.from_public"],
      ["app.only_here"],
      [],
    ]);
  });

  test("quoted, mixed-case names of helpers", async () => {
    const policy = await lab.policy(`
      create schema "My App"; ${sqlFn('"My App"."currentCasino"()', "uuid", `select ${SETTING}`)}
      ${using('casino_id = "My App"."currentCasino"()')}`);
    expect(policy.reads[0]?.through).toEqual(['"My App"."currentCasino"']);
  });

  test("SQL-standard bodies", async () => {
    const { policies } = await lab.analyse(`
      create function app.atomic() returns uuid stable begin atomic select ${SETTING}; end;
      create function app.returned() returns uuid stable return ${HYBRID};
      create policy p1 on slip using (casino_id = app.atomic());
      create policy p2 on slip using (casino_id = app.returned());`);
    expect(policies.map(({ pattern, sessionOnly }) => [pattern, sessionOnly])).toEqual([
      ["B", ["app.casino_id"]],
      ["C", []],
    ]);
  });

  test("COALESCE over two helpers is a hybrid; over a look-up it is not", async () => {
    const { policies } = await lab.analyse(`
      ${sqlFn("app.session_casino()", "uuid", `select ${SETTING}`)}
      ${sqlFn("app.token_casino()", "uuid", `select ${CLAIM}`)}
      ${sqlFn("app.staff_casino()", "uuid", "select casino_id from staff where user_id = auth.uid()")}
      create policy p1 on slip using (casino_id = coalesce(app.session_casino(), app.token_casino()));
      create policy p2 on slip using (casino_id = coalesce(${SETTING}, app.token_casino()));
      create policy p3 on slip using (casino_id = coalesce(app.session_casino(), ${CLAIM}));
      create policy p4 on slip using (casino_id = coalesce(app.session_casino(), app.staff_casino()));
      create policy p5 on slip using (casino_id = app.token_casino());`);
    expect(
      policies.map(({ pattern, sessionOnly, reads }) => [pattern, sessionOnly, reads[0]?.claimPath ?? null]),
    ).toEqual([
      ["C", [], ["app_metadata", "casino_id"]],
      ["C", [], ["app_metadata", "casino_id"]],
      ["C", [], ["app_metadata", "casino_id"]],
      ["B", ["app.casino_id"], null],
      ["A", [], null],
    ]);
  });

  test("a helper for the bypass flag, and one that fails open", async () => {
    const { policies } = await lab.analyse(`
      ${sqlFn("app.rls_disabled()", "boolean", "select coalesce(current_setting('app.bypass', true), 'off') = 'on'")}
      ${sqlFn("app.may_see(c uuid)", "boolean", `select ${SETTING} is null or c = ${SETTING}`)}
      ${sqlFn("app.tenant()", "uuid", `select ${SETTING}`)}
      create policy p1 on slip using (app.rls_disabled() or casino_id = ${HYBRID});
      create policy p2 on slip using (app.may_see(casino_id));
      create policy p3 on slip using (app.tenant() is null or casino_id = app.tenant());
      create policy p4 on slip using (casino_id = app.tenant());`);
    expect(policies.map(({ flags }) => flags)).toEqual([["app.bypass"], [], [], []]);
    expect(policies.map(({ idioms }) => idioms.includes("fails-open"))).toEqual([false, true, true, false]);
  });

  test("a project's own function for the token", async () => {
    const policy = await lab.policy(`
      ${sqlFn("app.token()", "jsonb", "select nullif(current_setting('request.jwt.claims', true), '')::jsonb")}
      ${using(`casino_id = coalesce(${SETTING}, (app.token() -> 'app_metadata' ->> 'casino_id')::uuid)`)}`);
    expect(policy).toMatchObject({ pattern: "C", claims: [["app_metadata", "casino_id"]], sessionOnly: [] });
  });
});

describe("plpgsql", () => {
  test("a local variable is replaced by its value", async () => {
    expect(
      await reads(
        `declare v text := current_setting('app.casino_id', true); begin return coalesce(nullif(v, '')::uuid, ${CLAIM}); end`,
      ),
    ).toEqual([["app.casino_id", "app_metadata.casino_id", true]]);
    expect(
      await reads("declare v text; begin v := current_setting('app.casino_id', true); return nullif(v, '')::uuid; end"),
    ).toEqual([["app.casino_id", null, true]]);
  });

  test("IF missing THEN take the claim is COALESCE", async () => {
    const found = await reads(`
      declare v text := current_setting('app.casino_id', true);
      begin
        if v is null or v = '' then v := auth.jwt() -> 'app_metadata' ->> 'casino_id'; end if;
        return v::uuid;
      end`);
    expect(new Set(found.map((read) => read.join()))).toEqual(new Set(["app.casino_id,app_metadata.casino_id,true"]));
  });

  test("an early return of the variable, the claim at the end", async () => {
    expect(
      await reads(`
        begin
          if nullif(current_setting('app.casino_id', true), '') is not null then return current_setting('app.casino_id', true)::uuid; end if;
          return ${CLAIM};
        end`),
    ).toEqual([["app.casino_id", "app_metadata.casino_id", true]]);
  });

  test("an early return of the claim, the variable at the end", async () => {
    expect(
      await reads(`
        declare v text := current_setting('app.casino_id', true);
        begin
          if coalesce(v, '') = '' then return ${CLAIM}; end if;
          return v::uuid;
        end`),
    ).toEqual([["app.casino_id", "app_metadata.casino_id", true]]);
  });

  test("both branches of an IF, returned or assigned", async () => {
    const returned = `begin if current_setting('app.casino_id', true) <> '' then return current_setting('app.casino_id', true)::uuid; else return ${CLAIM}; end if; end`;
    const assigned = `declare v uuid; begin if nullif(current_setting('app.casino_id', true), '') is null then v := ${CLAIM}; else v := current_setting('app.casino_id', true)::uuid; end if; return v; end`;
    expect(await reads(returned)).toEqual([["app.casino_id", "app_metadata.casino_id", true]]);
    expect(await reads(assigned)).toContainEqual(["app.casino_id", "app_metadata.casino_id", true]);
  });

  test("a variable without which nothing is returned stays session-only", async () => {
    expect(
      await reads(
        `begin if current_setting('app.casino_id', true) is null then return null; end if; return coalesce(null::uuid, ${CLAIM}); end`,
      ),
    ).toEqual([["app.casino_id", null, false]]);
  });

  test("reads inside an exception handler", async () => {
    expect(
      await reads("begin return current_setting('app.casino_id')::uuid; exception when others then return null; end"),
    ).toEqual([["app.casino_id", null, false]]);
  });

  test("loops, queries and assignments from queries", async () => {
    const found = factOf(
      await lab.analyse(
        plFn(
          "app.count_open()",
          "int",
          `declare r record; n int := 0; begin
             for r in select * from slip s where s.casino_id = ${SETTING} loop n := n + 1; end loop;
             n := count(*) from note; return n; end`,
        ),
      ),
      "count_open",
    );
    expect(found.reads.map(({ setting }) => setting)).toEqual(["app.casino_id"]);
    expect(found.tables.map(({ name }) => name).toSorted()).toEqual(["note", "slip"]);
    expect(found.opaque).toBeNull();
  });

  test("a procedure that is called, an argument's default", async () => {
    const analysed = await lab.analyse(`
      create procedure app.inner_one() language sql as $f$ select set_config('app.x', '1', false) $f$;
      create procedure app.outer_one() language plpgsql as $f$ begin call app.inner_one(); commit; end $f$;
      create function app.with_default(c uuid default current_setting('app.casino_id', true)::uuid, t text default 'a,b') returns uuid language sql as 'select c';`);
    expect(factOf(analysed, "outer_one").calls.map(({ name }) => name)).toEqual(["inner_one"]);
    expect(factOf(analysed, "with_default").reads.map(({ setting }) => setting)).toEqual(["app.casino_id"]);
  });
});

describe("what cannot be read", () => {
  test("dynamic SQL, computed names and other languages are opaque", async () => {
    const analysed = await lab.analyse(`
      ${plFn("app.dynamic(t text)", "int", "declare n int; begin execute 'select count(*) from ' || t into n; return n; end")}
      ${sqlFn("app.computed(k text)", "text", "select current_setting('app.' || k, true)")}
      ${plFn("app.constant()", "int", "declare n int; begin execute 'select count(*) from slip' into n; return n; end")}
      create function app.internal(text) returns text language internal as 'upper';`);
    expect(["dynamic", "computed", "constant", "internal"].map((name) => factOf(analysed, name).opaque)).toEqual([
      "it runs SQL that it builds at run time",
      "it computes the name of a setting that it reads",
      null,
      "its language is internal",
    ]);
  });
});

describe("what functions set", () => {
  test("set_config from arguments, constants and queries; SET; EXECUTE of a SET; ALTER FUNCTION … SET", async () => {
    const analysed = await lab.analyse(`
      create function app.set_context(p_casino uuid, p_role text) returns void language plpgsql as $f$
        declare v_actor uuid; v_dept text := lower(p_role);
        begin
          select id into v_actor from staff where user_id = auth.uid();
          perform set_config('app.casino_id', p_casino::text, true);
          perform set_config('app.actor_id', v_actor::text, true);
          perform set_config('app.dept', coalesce(v_dept, ''), true);
          perform set_config('app.mode', 'strict', true);
          perform set_config('app.user', auth.uid()::text, true);
          perform set_config('timezone', 'UTC', true);
          set local app.level = '3';
          execute format('set local app.role = %L', p_role);
          execute format('set local %I = %L', 'app.' || p_role, p_casino);
        end $f$;
      create function app.by_place(uuid) returns text language sql as $f$ select set_config('app.casino_id', $1::text, true) $f$;
      create function app.with_setting() returns int language sql set app.bypass_rls = 'on' as 'select 1';`);
    expect(
      factOf(analysed, "set_context").sets.toSorted((a, b) => ((a.setting ?? "~") < (b.setting ?? "~") ? -1 : 1)),
    ).toEqual([
      { setting: "app.actor_id", from: "query", argument: null },
      { setting: "app.casino_id", from: "argument", argument: "p_casino" },
      { setting: "app.dept", from: "argument", argument: "p_role" },
      { setting: "app.level", from: "constant", argument: null },
      { setting: "app.mode", from: "constant", argument: null },
      { setting: "app.role", from: "argument", argument: "p_role" },
      { setting: "app.user", from: "other", argument: null },
      { setting: null, from: "argument", argument: "p_role" },
    ]);
    expect(factOf(analysed, "by_place").sets).toEqual([{ setting: "app.casino_id", from: "argument", argument: "$1" }]);
    expect(factOf(analysed, "with_setting").sets).toEqual([
      { setting: "app.bypass_rls", from: "constant", argument: null },
    ]);
  });
});

describe("what PL/pgSQL assigns to", () => {
  const sets = async (body: string): Promise<unknown> =>
    factOf(
      await lab.analyse(
        `create function app.set_it(p_role text, p_roles text[]) returns void language plpgsql as $f$ ${body} $f$;`,
      ),
      "set_it",
    ).sets.map(({ from, argument }) => [from, argument]);
  const SET = "perform set_config('app.role', v, true);";

  // the first value of the variable is not the one that is set
  test.each<[name: string, body: string, expected: unknown]>([
    ["GET DIAGNOSTICS", `declare v text := '0'; begin get diagnostics v = row_count; ${SET} end`, [["query", null]]],
    [
      "FOREACH takes the caller's elements",
      `declare v text := 'none'; begin foreach v in array p_roles loop ${SET} end loop; end`,
      [["argument", "p_roles"]],
    ],
    [
      "a name with the label of its block",
      `<<l>> declare v text := 'none'; begin l.v := p_role; ${SET} end`,
      [["argument", "p_role"]],
    ],
    [
      "a name with the function's",
      `declare v text := set_it.p_role; begin set_it.p_role := 'none'; ${SET} end`,
      [["argument", "p_role"]],
    ],
    [
      "a comment before :=",
      `declare v text := 'none'; begin v /* given */ := p_role; ${SET} end`,
      [["argument", "p_role"]],
    ],
    [
      "a field of a variable of a row type",
      `declare r staff%rowtype; v text; begin r.role := p_role; v := p_role; ${SET} end`,
      [["argument", "p_role"]],
    ],
  ])("%s", async (_, body, expected) => {
    expect(await sets(body)).toEqual(expected);
  });

  test("the default of a record is read", async () => {
    expect(await reads(`declare r record := row(${SETTING}); begin return r.f1; end`)).toEqual([
      ["app.casino_id", null, true],
    ]);
  });
});

describe("claims that functions write", () => {
  test("a trigger that merges into raw_app_meta_data, also through a local and jsonb_set", async () => {
    expect(
      await writes(
        trigger(`begin
          update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}'::jsonb)
            || jsonb_build_object('casino_id', new.casino_id, 'staff_id', new.id, 'org', jsonb_build_object('role', new.role)) where id = new.user_id;
          return new; end`),
        "sync",
      ),
    ).toEqual([
      ["app_metadata.casino_id", "casino_id"],
      ["app_metadata.staff_id", "id"],
      ["app_metadata.org.role", "role"],
    ]);
    expect(
      await writes(
        trigger(`declare v jsonb; begin
          v := jsonb_build_object('casino_id', new.casino_id::text);
          update auth.users set raw_user_meta_data = jsonb_set(raw_user_meta_data, '{theme}', to_jsonb(new.role)), raw_app_meta_data = raw_app_meta_data || v
          where id = new.user_id; return new; end`),
        "sync",
      ),
    ).toEqual([
      ["user_metadata.theme", "role"],
      ["app_metadata.casino_id", "casino_id"],
    ]);
  });

  test("a custom access token hook", async () => {
    expect(
      await writes(
        `create function app.token_hook(event jsonb) returns jsonb language plpgsql stable as $f$
           declare claims jsonb; meta jsonb; v_casino uuid; v_role text;
           begin
             select casino_id, role into v_casino, v_role from staff where user_id = (event ->> 'user_id')::uuid;
             claims := event -> 'claims';
             claims := jsonb_set(claims, '{app_metadata,casino_id}', to_jsonb(v_casino));
             claims := jsonb_set(claims, '{user_role}', to_jsonb(v_role));
             meta := coalesce(claims -> 'app_metadata', '{}'::jsonb);
             meta := jsonb_set(meta, '{staff_role}', to_jsonb(v_role));
             event := jsonb_set(event, '{claims}', claims);
             return event;
           end $f$;`,
        "token_hook",
      ),
    ).toEqual(
      expect.arrayContaining([
        ["app_metadata.casino_id", "v_casino"],
        ["user_role", "v_role"],
        ["app_metadata.staff_role", "v_role"],
      ]),
    );
  });

  test("other relations' jsonb is no claim", async () => {
    expect(
      await writes(
        `create table doc (id int, data jsonb);
         create function app.touch() returns void language sql as $f$ update doc set data = data || jsonb_build_object('casino_id', 1) $f$;`,
        "touch",
      ),
    ).toEqual([]);
  });
});
