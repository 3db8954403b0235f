import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IDIOMS, type Idiom } from "../../src/classify/expression/idioms.ts";
import type { Pattern } from "../../src/classify/classify.ts";
import { CLAIM, HYBRID, openLab, SETTING, using, type Lab } from "./support.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => lab?.close());

const GUARD = "auth.uid() is not null";

describe("patterns", () => {
  const cases: [string, string, Pattern][] = [
    ["claims alone", `casino_id = ${CLAIM}`, "A"],
    ["a variable alone", `casino_id = ${SETTING}`, "B"],
    ["a variable with a claim to fall back on", `casino_id = ${HYBRID}`, "C"],
    ["variables and claims side by side", `casino_id = ${SETTING} and dept = (auth.jwt() ->> 'dept')`, "C"],
    ["the user alone", "owner_id = auth.uid()", "identity-only"],
    ["the user through sub", "owner_id = (auth.jwt() ->> 'sub')::uuid", "identity-only"],
    ["the assurance level of the token says nothing of a tenant", "(auth.jwt() ->> 'aal') = 'aal2'", "identity-only"],
    ["true", "true", "constant"],
    ["false, spelled out", "1 = 0 or not true", "constant"],
    ["columns", "open", "other"],
    ["the database role", "current_user = 'reporter'", "other"],
    ["a variable and false is still its reads", `casino_id = ${SETTING} and false`, "B"],
    [
      "PostgREST's own settings are claims",
      "casino_id = (current_setting('request.jwt.claims', true)::jsonb ->> 'casino_id')::uuid",
      "A",
    ],
    ["built-in settings are no variables", "current_setting('TimeZone') = 'UTC'", "other"],
  ];
  test.each(cases)("%s", async (_, expression, pattern) => {
    expect((await lab.policy(using(expression))).pattern).toBe(pattern);
  });
});

describe("idioms", () => {
  const cases: { idiom: Idiom; yes: string[]; no: string[] }[] = [
    {
      idiom: "hybrid-coalesce",
      yes: [
        `casino_id = ${HYBRID}`,
        `casino_id::text = coalesce(nullif(current_setting('app.casino_id', true), ''), auth.jwt() -> 'app_metadata' ->> 'casino_id')`,
        `casino_id = coalesce(nullif(current_setting('app.casino_id', true), ''), auth.jwt() #>> '{app_metadata,casino_id}')::uuid`,
        `casino_id = (select ${HYBRID})`,
        `casino_id = case when current_setting('app.casino_id', true) <> '' then current_setting('app.casino_id', true)::uuid else ${CLAIM} end`,
      ],
      no: [
        `casino_id = ${CLAIM}`,
        `casino_id = ${SETTING}`,
        `casino_id = coalesce(${SETTING}, (select s.casino_id from staff s where s.user_id = auth.uid()))`,
      ],
    },
    {
      idiom: "hybrid-coalesce-without-nullif",
      yes: [`casino_id = coalesce(current_setting('app.casino_id', true)::uuid, ${CLAIM})`],
      no: [`casino_id = ${HYBRID}`],
    },
    {
      idiom: "bare-current-setting",
      yes: ["casino_id = current_setting('app.casino_id', true)::uuid"],
      no: [`casino_id = ${SETTING}`, "casino_id = current_setting('app.casino_id')::uuid"],
    },
    {
      idiom: "current-setting-without-missing-ok",
      yes: [
        "casino_id = current_setting('app.casino_id')::uuid",
        "casino_id = current_setting('app.casino_id', false)::uuid",
      ],
      no: [`casino_id = ${SETTING}`],
    },
    {
      idiom: "raw-jwt-claims",
      yes: [
        "casino_id = (current_setting('request.jwt.claims', true)::json ->> 'casino_id')::uuid",
        "owner_id = current_setting('request.jwt.claim.sub', true)::uuid",
      ],
      no: [`casino_id = ${CLAIM}`],
    },
    {
      idiom: "bypass-flag",
      yes: [
        `current_setting('app.bypass_rls', true) = 'on' or casino_id = ${SETTING}`,
        `(casino_id = ${SETTING} or coalesce(current_setting('app.job', true)::boolean, false)) and ${GUARD}`,
        "current_setting('app.is_service', true) = '1'",
        `coalesce(current_setting('app.skip', true), 'off') in ('on', 'true') or casino_id = ${SETTING}`,
      ],
      // a flag inside the tenant opens nothing beyond it; one that the token can give is a variable like others
      no: [
        `casino_id = ${SETTING} and (current_setting('app.is_manager', true) = 'on' or owner_id = auth.uid())`,
        `casino_id = ${SETTING} and current_setting('app.staff_role', true) = 'admin'`,
        `coalesce(nullif(current_setting('app.is_admin', true), '')::boolean, (auth.jwt() -> 'app_metadata' ->> 'is_admin')::boolean) or casino_id = ${SETTING}`,
      ],
    },
    {
      idiom: "role-list",
      yes: [
        `casino_id = ${CLAIM} and (auth.jwt() -> 'app_metadata' ->> 'staff_role') in ('admin', 'pit_boss')`,
        `casino_id = ${SETTING} and current_setting('app.staff_role', true) = any (array['admin', 'pit_boss'])`,
      ],
      no: [`casino_id = ${CLAIM} and kind in ('a', 'b')`],
    },
    {
      idiom: "identity-guard",
      yes: [`${GUARD} and casino_id = ${HYBRID}`, `(select auth.uid()) is not null and casino_id = ${HYBRID}`],
      no: [`casino_id = ${HYBRID}`],
    },
    {
      idiom: "no-identity-guard",
      yes: [`casino_id = ${HYBRID}`, `casino_id = ${CLAIM}`],
      no: [`${GUARD} and casino_id = ${HYBRID}`, "owner_id = auth.uid()", "true"],
    },
    {
      idiom: "membership-subquery",
      yes: [
        "casino_id in (select s.casino_id from staff s where s.user_id = auth.uid())",
        "exists (select from staff s where s.casino_id = slip.casino_id and s.user_id = (select auth.uid()))",
        "auth.uid() in (select s.user_id from staff s where s.status = 'active')",
      ],
      no: ["id in (select n.slip_id from note n)", `casino_id = ${HYBRID}`],
    },
    {
      idiom: "constant-false",
      yes: ["false", `casino_id = ${HYBRID} and false`, "null::boolean", "not (true or open)"],
      no: ["true", `casino_id = ${HYBRID} or false`, "open"],
    },
    {
      idiom: "tenancy-from-other-relation",
      yes: [
        "id in (select n.slip_id from note n)",
        `${GUARD} and exists (select from casino c where c.id = slip.casino_id)`,
      ],
      no: [
        `casino_id = ${CLAIM} and id in (select n.slip_id from note n)`,
        "casino_id in (select s.casino_id from staff s where s.user_id = auth.uid())",
        `exists (select from casino c where c.id = slip.casino_id and c.id = ${SETTING})`,
      ],
    },
    {
      idiom: "fails-open",
      yes: [
        `current_setting('app.casino_id', true) = '' or casino_id = ${SETTING}`,
        `current_setting('app.casino_id', true) is null or casino_id = ${SETTING}`,
        `${SETTING} is null or casino_id = ${SETTING}`,
        `coalesce(${SETTING}, casino_id) = casino_id`,
        `casino_id is not distinct from coalesce(${SETTING}, casino_id)`,
        `open and (coalesce(current_setting('app.casino_id', true), '') = '' or casino_id = ${SETTING})`,
        `exists (select from staff s where s.casino_id = slip.casino_id and (${SETTING} is null or s.id = ${SETTING}))`,
        `case when ${SETTING} is null then true else casino_id = ${SETTING} end`,
        `${HYBRID} is null or casino_id = ${HYBRID}`,
        `not (${SETTING} is not null and casino_id <> ${SETTING})`,
        `not exists (select from staff s where s.casino_id <> ${SETTING} and s.id = slip.owner_id)`,
        `casino_id not in (select s.casino_id from staff s where s.id = ${SETTING})`,
      ],
      no: [
        `casino_id = ${SETTING}`,
        `casino_id = ${HYBRID}`,
        `current_setting('app.bypass', true) = 'on' or casino_id = ${SETTING}`,
        `casino_id is null or casino_id = ${SETTING}`,
        `current_setting('app.casino_id', true) <> '' and casino_id = ${SETTING}`,
        "open or not open",
        `exists (select from staff s where s.casino_id = ${SETTING} and s.id = slip.owner_id)`,
        `not exists (select from staff s where s.id = slip.owner_id) and casino_id = ${SETTING}`,
      ],
    },
    {
      idiom: "session-only",
      yes: [`casino_id = ${SETTING}`, `casino_id = ${HYBRID} and dept = current_setting('app.dept', true)`],
      no: [`casino_id = ${HYBRID}`, `casino_id = ${CLAIM}`, "current_setting('app.bypass', true) = 'on'"],
    },
    {
      idiom: "array-setting",
      yes: [
        "casino_id = any (string_to_array(current_setting('app.casino_ids', true), ',')::uuid[])",
        "casino_id = any (nullif(current_setting('app.casino_ids', true), '')::uuid[])",
      ],
      no: [`casino_id = ${SETTING}`],
    },
    {
      idiom: "initplan-already",
      yes: [
        `casino_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'casino_id')::uuid)`,
        "owner_id = (select auth.uid())",
      ],
      no: [`casino_id = ${CLAIM}`, `(select auth.uid()) is not null and casino_id = ${SETTING}`],
    },
    {
      idiom: "bare-auth-call",
      yes: [`casino_id = ${CLAIM}`, `${GUARD} and casino_id = ${SETTING}`],
      no: ["owner_id = (select auth.uid())", `casino_id = ${SETTING}`],
    },
  ];

  test("every idiom has its cases; helpers have a file of their own", () => {
    expect([...cases.map(({ idiom }) => idiom), "helper-function"].toSorted()).toEqual(Object.keys(IDIOMS).toSorted());
  });

  for (const { idiom, yes, no } of cases)
    describe(`${idiom}`, () => {
      test.each(yes)("is %s", async (expression) => {
        expect((await lab.policy(using(expression))).idioms).toContain(idiom);
      });
      test.each(no)("is not %s", async (expression) => {
        expect((await lab.policy(using(expression))).idioms).not.toContain(idiom);
      });
    });
});

describe("what a policy reads", () => {
  test("the reads of both parts, with cast, NULLIF and fallback", async () => {
    const policy = await lab.policy(
      `create policy p on slip for update using (casino_id = ${HYBRID}) with check (not (dept = current_setting('app.dept')))`,
    );
    expect(policy.reads).toMatchObject([
      {
        part: "using",
        setting: "app.casino_id",
        missingOk: true,
        emptyIsNull: true,
        cast: "uuid",
        hasClaimFallback: true,
        claimPath: ["app_metadata", "casino_id"],
        through: [],
        underNegation: false,
        column: "casino_id",
      },
      {
        part: "check",
        setting: "app.dept",
        missingOk: false,
        emptyIsNull: false,
        cast: null,
        hasClaimFallback: false,
        underNegation: true,
      },
    ]);
    expect(policy.sessionOnly).toEqual(["app.dept"]);
    expect(policy.claims).toEqual([["app_metadata", "casino_id"]]);
  });

  test("names of settings do not tell case apart", async () => {
    // guc.c compares them without case
    expect((await lab.policy(using("casino_id = current_setting('App.Casino_ID', true)::uuid"))).sessionOnly).toEqual([
      "app.casino_id",
    ]);
  });

  test("an UPDATE that is false on one side only is not inert: permissive policies are ORed a side", async () => {
    const half = await lab.policy("create policy p on slip for update using (true) with check (false)");
    expect(half.idioms).not.toContain("constant-false");
    const whole = await lab.policy("create policy p on slip for all using (false) with check (false)");
    expect(whole.idioms).toContain("constant-false");
  });

  test("a lookup in a sub-query falls back on the claim, not on the row", async () => {
    const policy = await lab.policy(
      using(
        `auth.uid() in (select s.user_id from staff s where s.id = coalesce(nullif(current_setting('app.actor_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'staff_id')::uuid))`,
      ),
    );
    expect(policy.reads).toMatchObject([{ setting: "app.actor_id", claimPath: ["app_metadata", "staff_id"] }]);
    expect(policy.relations).toEqual([{ schema: "public", name: "staff" }]);
  });

  test("a value that a function computes from a variable is not the variable: the claim does not replace it", async () => {
    const { policies } = await lab.analyse(`
      create function app.casino_of(t text) returns uuid language sql stable as 'select casino_id from public.staff where role = t';
      create policy p1 on slip using (casino_id = coalesce(app.casino_of(current_setting('app.key', true)), ${CLAIM}));
      create policy p2 on slip using (dept = coalesce(lower(nullif(current_setting('app.dept', true), '')), auth.jwt() ->> 'dept'));`);
    expect(policies.map(({ sessionOnly }) => sessionOnly)).toEqual([["app.key"], []]);
  });

  test("policies made in a loop, on quoted names", async () => {
    const { policies } = await lab.analyse(`
      create schema "My App"; create table "My App"."Order" ("Casino Id" uuid); create table "My App"."Line" ("Casino Id" uuid);
      do $$ declare t text; begin
        foreach t in array array['Order', 'Line'] loop
          execute format('create policy %I on "My App".%I using ("Casino Id" = nullif(current_setting(''app.casino_id'', true), '''')::uuid)', 'Same casino', t);
        end loop;
      end $$;`);
    expect(policies.map(({ id, pattern, sessionOnly }) => [id, pattern, sessionOnly])).toEqual([
      [`"My App"."Line"."Same casino"`, "B", ["app.casino_id"]],
      [`"My App"."Order"."Same casino"`, "B", ["app.casino_id"]],
    ]);
    expect(policies[0]?.reads[0]?.column).toBe("Casino Id");
  });
});
