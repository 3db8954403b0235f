import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLAIM, HYBRID, openLab, SETTING, type Lab } from "./support.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => lab?.close());

const SYNC = `
  create function app.sync() returns trigger language plpgsql security definer set search_path = '' as $f$ begin
    update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('casino_id', new.casino_id, 'staff_role', new.role)
    where id = new.user_id;
    return new; end $f$;
  create trigger sync after insert on staff for each row execute function app.sync();`;

describe("the claim that replaces a variable", () => {
  test("hybrid pairs in policies, whatever the names", async () => {
    const { inferred } = await lab.analyse(`
      create policy p1 on slip using (casino_id = ${HYBRID});
      create policy p2 on staff using (id = coalesce(nullif(current_setting('app.actor_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid));
      create policy p3 on staff using (casino_id = ${HYBRID});`);
    expect(inferred.variables).toEqual([
      {
        setting: "app.actor_id",
        claim: ["app_metadata", "staff_id"],
        type: "uuid",
        separator: null,
        evidence: ["policy public.staff.p2 pairs it with app_metadata.staff_id"],
        certain: true,
      },
      {
        setting: "app.casino_id",
        claim: ["app_metadata", "casino_id"],
        type: "uuid",
        separator: null,
        evidence: ["2 policies pair it with app_metadata.casino_id (public.slip.p1, …)"],
        certain: true,
      },
    ]);
    expect(inferred.claims).toEqual({ kind: "function", schema: "auth", name: "jwt" });
    expect(inferred.questions).toEqual([]);
  });

  const TOKEN = "nullif(current_setting('request.jwt.claims', true), '')::json";
  const POLICY =
    "create policy p on slip using (casino_id = nullif(current_setting('app.casino_id', true), '')::uuid);";
  const before = (value: string, more = "") =>
    `create function app.pre_request() returns void language plpgsql as $f$ declare claims json := ${TOKEN}; begin
       perform set_config('app.casino_id', ${value}, true); ${more} end $f$;`;

  test("the function that PostgREST calls before each request sets it from the claim", async () => {
    const { inferred } = await lab.analyse(before("coalesce(claims ->> 'casino', '')") + POLICY);
    expect(inferred.variables).toMatchObject([
      {
        setting: "app.casino_id",
        claim: ["casino"],
        evidence: ["function app.pre_request sets it from the claim casino"],
        certain: true,
      },
    ]);
  });

  test.each([
    [
      "from an argument too",
      "create function app.choose(p text) returns void language sql as $f$ select set_config('app.casino_id', p, true) $f$;",
      "",
    ],
    ["from another claim too", "", "perform set_config('app.casino_id', claims ->> 'other', true);"],
    [
      "from a header too",
      "",
      "perform set_config('app.casino_id', current_setting('request.headers', true)::json ->> 'x-casino', true);",
    ],
    [
      "from a row too",
      "",
      "perform set_config('app.casino_id', (select s.casino_id::text from public.staff s limit 1), true);",
    ],
    ["by ALTER FUNCTION … SET too", "alter function app.pre_request set app.casino_id = 'x';", ""],
    ["by a statement that is made at run time too", "", "execute format('set local app.casino_id = %L', 'x');"],
  ])("not where it is set %s", async (_what, other, more) => {
    const { inferred } = await lab.analyse(before("claims ->> 'casino'", more) + other + POLICY);
    const [variable] = inferred.variables;
    expect(variable).toMatchObject({ setting: "app.casino_id" });
    expect(variable?.evidence.join()).not.toContain("from the claim");
  });

  test("a pair inside a helper", async () => {
    const { inferred } = await lab.analyse(`
      create function app.tenant() returns uuid language sql stable as $f$ select ${HYBRID} $f$;
      create policy p on slip using (casino_id = app.tenant());`);
    expect(inferred.variables).toMatchObject([
      {
        claim: ["app_metadata", "casino_id"],
        certain: true,
        evidence: ["function app.tenant pairs it with app_metadata.casino_id"],
      },
    ]);
  });

  test("a project of helpers only: the sync writes a claim of that very name", async () => {
    const { inferred } = await lab.analyse(`${SYNC}
      create function app.set_context(p_casino uuid) returns void language sql as $f$ select set_config('app.casino_id', p_casino::text, true) $f$;
      create function app.tenant() returns uuid language sql stable as $f$ select ${SETTING} $f$;
      create policy p on slip using (casino_id = app.tenant());`);
    expect(inferred.variables).toMatchObject([{ claim: ["app_metadata", "casino_id"], certain: true, type: "uuid" }]);
    expect(inferred.variables[0]?.evidence).toEqual([
      "function app.sync writes the claim app_metadata.casino_id",
      "function app.set_context sets it",
    ]);
  });

  test("a name that is only like it is a question", async () => {
    const { inferred } = await lab.analyse(`${SYNC}
      create policy p on slip using (casino_id = nullif(current_setting('app.current_casino_id', true), '')::uuid);`);
    expect(inferred.variables).toMatchObject([{ claim: ["app_metadata", "casino_id"], certain: false }]);
    expect(inferred.questions).toHaveLength(1);
  });

  test("no evidence: no claim, a question", async () => {
    const { inferred } = await lab.analyse(
      "create policy p on slip using (casino_id = current_setting('app.tenant', true)::uuid);",
    );
    expect(inferred.variables).toMatchObject([{ claim: null, certain: false, evidence: [] }]);
    expect(inferred.questions).toEqual([
      { setting: "app.tenant", question: "which claim replaces `app.tenant`? the database holds no evidence" },
    ]);
  });

  test("pairs that contradict one another are a question", async () => {
    const { inferred } = await lab.analyse(`
      create policy p1 on slip using (casino_id = ${HYBRID});
      create policy p2 on slip using (casino_id = ${HYBRID});
      create policy p3 on slip using (casino_id = coalesce(${SETTING}, (auth.jwt() ->> 'org_id')::uuid));`);
    expect(inferred.variables).toMatchObject([{ claim: ["app_metadata", "casino_id"], certain: false }]);
    expect(inferred.questions[0]?.question).toBe(
      "`app.casino_id` is paired with `app_metadata.casino_id` and `org_id`: which of them is it?",
    );
  });

  test("a JSON document in a variable is a question", async () => {
    const { inferred } = await lab.analyse(
      "create policy p on slip using (casino_id = (current_setting('app.context', true)::jsonb ->> 'casino_id')::uuid);",
    );
    expect(inferred.variables).toMatchObject([{ setting: "app.context", claim: null, certain: false }]);
    expect(inferred.questions[0]?.question).toContain("holds a JSON document");
  });

  test("bypass flags are no variables", async () => {
    const { inferred } = await lab.analyse(
      `create policy p on slip using (current_setting('app.bypass_rls', true) = 'on' or casino_id = ${HYBRID});`,
    );
    expect(inferred.variables.map(({ setting }) => setting)).toEqual(["app.casino_id"]);
    expect(inferred.flags).toEqual([{ setting: "app.bypass_rls", evidence: ["switches off policy public.slip.p"] }]);
  });

  test("without auth.jwt() the project's own function for the token is the source", async () => {
    const { catalog, inferred } = await lab.analyse(
      "create function app.token() returns jsonb language sql stable as $f$ select current_setting('request.jwt.claims', true)::jsonb $f$;",
    );
    expect(inferred.claims).toEqual({ kind: "function", schema: "auth", name: "jwt" });
    const { analyseCatalog } = await import("./support.ts");
    const plain = { ...catalog, functions: catalog.functions.filter((fn) => fn.schema !== "auth") };
    expect(analyseCatalog(plain).inferred.claims).toEqual({ kind: "function", schema: "app", name: "token" });
    const bare = { ...plain, functions: plain.functions.filter((fn) => fn.schema !== "app") };
    expect(analyseCatalog(bare).inferred.claims).toEqual({ kind: "setting", setting: "request.jwt.claims" });
  });
});

describe("types", () => {
  const cases: [string, string, string | null][] = [
    ["casino_id = current_setting('app.x', true)::uuid", "uuid", null],
    ["casino_id::text = current_setting('app.x', true)", "uuid", null],
    ["dept = current_setting('app.x', true)", "text", null],
    ["level <= current_setting('app.x', true)::int", "integer", null],
    ["casino_id = any (string_to_array(current_setting('app.x', true), ',')::uuid[])", "uuid[]", ","],
    ["dept = any (string_to_array(current_setting('app.x', true), ';'))", "text[]", ";"],
    ["casino_id is not null and (open or current_setting('app.x', true) = 'on')", "boolean", null],
  ];
  test.each(cases)("%s", async (expression, type, separator) => {
    const { inferred } = await lab.analyse(`create policy p on slip using (${expression});`);
    expect(inferred.variables).toMatchObject([{ type, separator }]);
  });

  test("the type that the helper returns", async () => {
    const { inferred } = await lab.analyse(`
      create function app.tenant() returns uuid language plpgsql as $f$ declare v uuid; begin select current_setting('app.x', true) into v; return v; end $f$;
      create policy p on slip using (casino_id = app.tenant());`);
    expect(inferred.variables).toMatchObject([{ type: "uuid" }]);
  });
});

describe("conflicts", () => {
  test("a policy that reads the claim elsewhere than the sync writes it", async () => {
    const { inferred } = await lab.analyse(`${SYNC}
      create policy straight on slip using (casino_id = ${CLAIM});
      create policy astray on slip using (casino_id = (auth.jwt() ->> 'casino_id')::uuid);
      create policy apart on slip using (dept = (auth.jwt() ->> 'dept'));
      create policy users on slip using (casino_id = (auth.jwt() -> 'user_metadata' ->> 'casino_id')::uuid);`);
    expect(inferred.conflicts).toMatchObject([
      { code: "claim-path-mismatch", severity: "error", at: { kind: "policy", relation: "slip", policy: "astray" } },
    ]);
  });

  test("without a sync, the pairs of the other policies are weaker evidence", async () => {
    const { inferred } = await lab.analyse(`
      create policy p1 on slip using (casino_id = ${HYBRID});
      create policy p2 on slip using (casino_id = (auth.jwt() ->> 'casino_id')::uuid);`);
    expect(inferred.conflicts).toMatchObject([{ severity: "warning", at: { policy: "p2" } }]);
  });
});
