import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderConfig, type ConfigFileOptions } from "../../src/classify/context/config-file.ts";
import { sessionOnlyQuestions } from "../../src/classify/context/session-only.ts";
import { loadConfig, type Config } from "../../src/config.ts";
import { nameKey } from "../../src/pg/name.ts";
import type { PolicyId } from "../../src/pg/policy.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { inspectCatalog } from "../../src/pipeline/inspection.ts";
import { withFork } from "../support/fork.ts";
import { plainScratch } from "../support/plain.ts";
import { CLAIM, HYBRID, openLab, SETTING, type Analysed, type Lab } from "./support.ts";

let lab: Lab;
const folder = mkdtempSync(join(tmpdir(), "rlsmith-config-"));
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await lab?.close();
});

const render = (found: Analysed, options: Partial<ConfigFileOptions> = {}): string =>
  renderConfig(found.inferred, found.policies, {
    migrationsFolder: "supabase/migrations",
    layout: "supabase",
    ...options,
  });

const load = async (text: string): Promise<Config> => {
  writeFileSync(join(folder, "rlsmith.config.ts"), text);
  const loaded = await loadConfig(folder);
  if (!loaded) throw new Error("no config");
  return loaded.config;
};

describe("the config that init writes", () => {
  test("says what is certain, and where from", async () => {
    const found = await lab.analyse(`create policy p on slip using (casino_id = ${HYBRID});`);
    const text = render(found);
    expect(text).toContain("// policy public.slip.p pairs it with app_metadata.casino_id");
    const config = await load(text);
    expect(config.migrations).toMatchObject({ folder: "supabase/migrations", layout: "supabase" });
    expect(config.context).toEqual({
      "app.casino_id": { claim: "app_metadata.casino_id", type: "uuid", separator: "," },
    });
    expect(config.sessionOnly).toEqual([]);
    expect(config.requests).toEqual({
      claims: "sent",
      reason: "the database is on Supabase, whose API sends the claims",
    });
  });

  test("rule sets that were not chosen are comments with their measure, which cannot end the comment", async () => {
    const found = await lab.analyse("create policy p on slip using (true);");
    const text = render(found, {
      ruleSets: [
        { setting: 'initplan: "all"', measure: "2 policies\nrules: { toAuthenticated: true }", chosen: false },
        { setting: "splitForAll: true", measure: "1 policy", chosen: true },
      ],
    });
    expect(text).toContain('    // initplan: "all", // 2 policies rules: { toAuthenticated: true }\n');
    expect((await load(text)).rules).toMatchObject({
      initplan: "touched",
      splitForAll: true,
      toAuthenticated: false,
      denyPolicy: "keep",
    });
  });

  test("a decision for a function is written like one for a policy", async () => {
    const found = await lab.analyse(
      `create function here() returns uuid language sql stable as $$ select ${SETTING} $$;
       create policy p on slip using (casino_id = here());`,
    );
    const functions = Object.fromEntries(
      sessionOnlyQuestions(found.inferred, found.policies).flatMap((question) =>
        question.kind === "function" ? [[question.name, { decision: "claim" as const, reason: "decided" }]] : [],
      ),
    );
    expect(Object.keys(functions)).toEqual(["public.here"]);
    const config = await load(render(found, { answers: { variables: {}, decisions: {}, functions } }));
    expect(config.sessionOnly).toEqual([{ function: "public.here", decision: "claim", reason: "decided" }]);
  });

  test("a variable is not open where all that reads it is kept or dropped", async () => {
    const till = "current_setting('app.till', true)";
    const found = await lab.analyse(
      `create function till() returns text language sql stable as $$ select ${till} $$;
       create policy r on slip for select using (id::text = ${till});
       create policy h on slip for update using (id::text = till());
       create policy d on slip for delete using (id::text = ${till});
       create policy a on slip for all using (id::text = ${till});`,
    );
    const [keep, rpcOnly] = [
      { decision: "keep", reason: "a till has no token" },
      { decision: "rpc-only", reason: "functions write" },
    ] as const;
    const written = async (ofAll: typeof keep | typeof rpcOnly): Promise<Config> =>
      load(
        render(found, {
          answers: {
            variables: {},
            functions: { [nameKey({ schema: "public", name: "till" })]: keep },
            decisions: {
              ["public.slip.r" as PolicyId]: keep,
              ["public.slip.d" as PolicyId]: rpcOnly,
              ["public.slip.a" as PolicyId]: ofAll,
            },
          },
        }),
      );
    expect((await written(keep)).context).toEqual({});
    // what the policy lets requests read still asks for the variable
    expect((await written(rpcOnly)).context).toEqual({ "app.till": "open" });
  });

  test("says that the requests send no claims, where nothing shows it, and what shows it elsewhere", async () => {
    const plain = await plainScratch();
    try {
      const written = async (sql: string): Promise<Config> =>
        withFork(
          `create table slip (dept text); alter table slip enable row level security;
           create policy p on slip using (dept = current_setting('app.dept', true)); ${sql}`,
          async (db) => {
            const { classified, inferred } = inspectCatalog(await inspect(db));
            return load(renderConfig(inferred, classified, { migrationsFolder: null, layout: null }));
          },
          plain,
        );
      const none = await written("");
      expect([none.claims, none.requests]).toEqual(["request.jwt.claims", { claims: "none" }]);
      const read =
        "create policy q on slip using (dept = current_setting('request.jwt.claims', true)::jsonb ->> 'dept');";
      expect((await written(read)).requests).toEqual({
        claims: "sent",
        reason: "policy public.slip.q reads `request.jwt.claims`",
      });
    } finally {
      await plain.close();
    }
  });

  test("marks open what is not: variables, flags, session-only policies and helpers", async () => {
    const found = await lab.analyse(`
      create function app.tenant() returns uuid language sql stable as $f$ select ${SETTING} $f$;
      create policy "By helper" on slip using (casino_id = app.tenant());
      create policy direct on slip using (dept = current_setting('app.dept', true));
      create policy dead on slip for delete using (dept = current_setting('app.dept', true) and false);
      create policy flag on slip using (current_setting('app.bypass', true) = 'on');
      comment on policy direct on slip is E'two\\nlines \\u2028 and a third';`);
    const config = await load(render(found, { migrationsFolder: null, layout: null }));
    expect(config.migrations).toBeUndefined();
    expect(config.context).toEqual({ "app.casino_id": "open", "app.dept": "open" });
    expect(config.flags).toEqual({ "app.bypass": { decision: "open" } });
    expect(config.sessionOnly).toEqual([
      { function: "app.tenant", decision: "open", reason: "" },
      { policy: "public.slip.direct", decision: "open", reason: "" },
    ]);
  });

  test("takes answers", async () => {
    const found = await lab.analyse("create policy direct on slip using (dept = current_setting('app.dept', true));");
    const config = await load(
      render(found, {
        answers: {
          variables: { "app.dept": { claim: "app_metadata.department", type: "text" } },
          decisions: { ["public.slip.direct" as PolicyId]: { decision: "keep", reason: 'the "old" job' } },
        },
      }),
    );
    expect(config.context).toMatchObject({ "app.dept": { claim: "app_metadata.department", type: "text" } });
    expect(config.sessionOnly).toEqual([{ policy: "public.slip.direct", decision: "keep", reason: 'the "old" job' }]);
  });

  test("keys with a dot, lists with another separator, names with quotes", async () => {
    const found = await lab.analyse(`
      create policy "a ""b"" \\ c" on slip using (
        casino_id = coalesce(${SETTING}, (auth.jwt() -> 'https://example.com/claims' ->> 'org.id')::uuid)
        and dept = any (string_to_array(coalesce(nullif(current_setting('app.depts', true), ''), auth.jwt() ->> 'depts'), ';'))
        and kind = any (string_to_array(current_setting('app.kinds', true), ';')));`);
    const config = await load(render(found));
    expect(config.context).toMatchObject({
      "app.casino_id": { claim: ["https://example.com/claims", "org.id"], type: "uuid" },
      "app.kinds": "open",
    });
    expect(config.sessionOnly).toMatchObject([{ policy: 'public.slip."a ""b"" \\ c"' }]);
  });

  test("an empty database gives a config that loads", async () => {
    const config = await load(render(await lab.analyse("")));
    expect(config).toMatchObject({ claims: "auth.jwt()", context: {}, flags: {}, sessionOnly: [] });
  });

  test("claims alone leave nothing to decide", async () => {
    const config = await load(render(await lab.analyse(`create policy p on slip using (casino_id = ${CLAIM});`)));
    expect(config).toMatchObject({ context: {}, sessionOnly: [] });
  });
});
