import { expect, test } from "vitest";
import {
  arrivalStatements,
  batchOf,
  runBatch,
  settingStatement,
  settingStatements,
  type SettingWay,
} from "../../src/request/index.ts";
import { withFork } from "../support/fork.ts";

// a setting's name is given as it is read by current_setting; the value has what would end a literal
const HARD = `it's; "x" \\ $job$ 100%`;

test.each(["SET", "SET LOCAL", "set_config"] as const satisfies readonly SettingWay[])(
  "%s sets a variable whatever its value holds",
  async (way) =>
    withFork("", async (db) => {
      await db.exec(`begin; ${settingStatement(way, "app.note", HARD)}`);
      expect(await db.query("select current_setting('app.note') as value")).toEqual([{ value: HARD }]);
      await db.exec("rollback");
      // a new session knew no such setting, and a rolled back SET leaves it empty or unset
      expect(await db.query("select coalesce(current_setting('app.note', true), '') as value")).toEqual([
        { value: "" },
      ]);
    }),
);

test("several variables are set by one statement, and none by none", async () => {
  expect(settingStatements({})).toEqual([]);
  await withFork("", async (db) => {
    await db.exec(`begin; ${settingStatements({ "app.a": "1", "app.b": HARD }).join("; ")}`);
    expect(await db.query("select current_setting('app.a') as a, current_setting('app.b') as b")).toEqual([
      { a: "1", b: HARD },
    ]);
    await db.exec("rollback");
  });
});

test("a persona arrives with its role and its token, and without one the token is not touched", async () => {
  await withFork("", async (db) => {
    const seen = "select current_user as role, current_setting('request.jwt.claims', true) as claims";
    await db.exec(`begin; ${arrivalStatements({ name: "nobody", role: "anon", claims: null }).join("; ")}`);
    expect(await db.query(seen)).toEqual([{ role: "anon", claims: null }]);
    await db.exec("rollback; begin");
    const claims = JSON.stringify({ sub: HARD });
    await db.exec(arrivalStatements({ name: "member", role: "authenticated", claims }).join("; "));
    expect(await db.query(seen)).toEqual([{ role: "authenticated", claims }]);
    await db.exec("rollback");
  });
});

test("the set-up of a persona and of a state run as the login, and the rest as the role", async () => {
  await withFork("create table public.said (who text, what text)", async (db) => {
    const say = (what: string): string => `insert into public.said values (current_user, '${what}')`;
    const persona = { name: "member", role: "authenticated", claims: null, setup: [say("set-up of the persona")] };
    await db.exec("grant select, insert on public.said to authenticated; begin");
    const read = "select string_agg((who = 'authenticated')::text || ' ' || what, ', ' order by what) from public.said";
    const [response] = await runBatch(db, {
      ...batchOf(persona, { setup: [say("set-up of the state")], prelude: [say("prelude")] }, { probes: new Map() }),
      statements: [{ sql: read, returns: "text", probe: null }],
    });
    await db.exec("rollback");
    expect(response).toEqual({
      kind: "answer",
      text: "true prelude, false set-up of the persona, false set-up of the state",
      changed: [],
    });
  });
});
