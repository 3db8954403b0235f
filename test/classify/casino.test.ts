import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { renderConfig } from "../../src/classify/context/config-file.ts";
import { classify, type ClassifiedPolicy } from "../../src/classify/classify.ts";
import { contextMapOf, loadConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { inspectJson, renderInspect } from "../../src/report/inspect-terminal.ts";
import { readMigrations } from "../../src/migration-tools/index.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { replay } from "../../src/scratch/replay.ts";
import { analyseCatalog, JWT, type Analysed } from "./support.ts";

const CASINO = join(import.meta.dirname, "../../examples/casino");
let found: Analysed;

beforeAll(async () => {
  const scratch = await openScratch({ kind: "embedded" });
  try {
    await replay(scratch, await readMigrations(CASINO), { strict: true });
    found = analyseCatalog(await inspect(scratch.db));
  } finally {
    await scratch.close();
  }
});

const withIdiom = (...idioms: string[]): ClassifiedPolicy[] =>
  found.policies.filter((policy) => idioms.some((idiom) => (policy.idioms as string[]).includes(idiom)));

const count = (pattern: string): number => found.policies.filter((policy) => policy.pattern === pattern).length;

const rendered = (color: boolean, width: number): string =>
  renderInspect(
    { ...found, classified: found.policies, findings: [...found.findings, ...found.inferred.conflicts] },
    { color, width },
  );

/** How often the migrations mark a live policy with a blemish; examples/casino/README.md has the same table. */
const marks = (kind: RegExp): number => {
  const folder = join(CASINO, "supabase/migrations");
  return readdirSync(folder)
    .flatMap((file) => readFileSync(join(folder, file), "utf8").split("\n"))
    .filter((line) => kind.test(line)).length;
};

describe("the casino", () => {
  test("patterns: 102 read a variable, all of them hybrids; 12 read the token only; 2 are constant", () => {
    expect([count("C"), count("A"), count("constant"), count("B"), count("identity-only"), count("other")]).toEqual([
      102, 12, 2, 0, 0, 0,
    ]);
    expect(count("A")).toBe(marks(/^-- blemish: token-only/));
  });

  test("blemishes, each as often as the example marks it", () => {
    // a role that comes from the variable alone may be read bare as well: those are marked as session-only
    const sessionOnly = withIdiom("session-only");
    const bare = withIdiom("hybrid-coalesce-without-nullif", "current-setting-without-missing-ok").filter(
      (policy) => !sessionOnly.includes(policy),
    );
    expect(sessionOnly).toHaveLength(marks(/^-- blemish: session-only-role/));
    expect(bare).toHaveLength(marks(/^-- blemish: bare-setting/));
    expect(withIdiom("no-identity-guard")).toHaveLength(marks(/^-- blemish: no-identity-guard/));
    expect(found.inferred.conflicts).toHaveLength(marks(/^-- blemish: token-only wrong-path/));
    expect(withIdiom("constant-false")).toHaveLength(8);
    expect(withIdiom("membership-subquery")).toHaveLength(4);
  });

  test("the context map, with certainty", () => {
    expect(
      found.inferred.variables.map(({ setting, claim, type, certain }) => [setting, claim?.join("."), type, certain]),
    ).toEqual([
      ["app.actor_id", "app_metadata.staff_id", "uuid", true],
      ["app.casino_id", "app_metadata.casino_id", "uuid", true],
      ["app.staff_role", "app_metadata.staff_role", "text", true],
    ]);
    expect(found.inferred.flags).toEqual([]);
  });

  test("set_rls_context and the functions that trust their arguments", () => {
    const named = found.findings.flatMap((one) =>
      one.code === "caller-chooses-context" && one.at.kind === "function" ? [one.at.name] : [],
    );
    expect(named.toSorted()).toEqual([
      "rpc_close_rating_slip",
      "rpc_create_player",
      "rpc_end_visit",
      "rpc_log_table_drop",
      "rpc_pause_rating_slip",
      "rpc_request_table_credit",
      "rpc_request_table_fill",
      "rpc_rotate_dealer",
      "rpc_snapshot_table_inventory",
      "rpc_start_rating_slip",
      "rpc_start_visit",
      "set_rls_context",
    ]);
  });

  test("the inferred config agrees with the decided one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rlsmith-casino-"));
    try {
      const text = renderConfig(found.inferred, found.policies, {
        migrationsFolder: "supabase/migrations",
        layout: "supabase",
      });
      writeFileSync(join(folder, "rlsmith.config.ts"), text);
      const inferred = await loadConfig(folder);
      const decided = await loadConfig(CASINO);
      if (!inferred || !decided) throw new Error("no config");
      const map = contextMapOf(inferred.config);
      const sorted = contextMapOf(decided.config).variables.toSorted((a, b) => (a.setting < b.setting ? -1 : 1));
      expect(map.variables).toEqual(sorted);
      expect(inferred.config.sessionOnly).toHaveLength(16);
      expect(inferred.config.sessionOnly.every(({ decision }) => decision === "open")).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("reports", () => {
  test("a table without colours stays within the width, names and places of findings apart", () => {
    const text = rendered(false, 140);
    expect(text).not.toContain("\u001b");
    expect(text.split("\n").filter((line) => line.length > 140 && !line.includes("("))).toEqual([]);
    expect(text).toContain("public.staff  row security on");
    expect(text).toMatch(/mtl_entry_tenant_fence +ALL restrictive +authenticated +C +/);
    expect(text).toContain(
      "116 policies on 30 relations: 12 A (claims only), 102 C (hybrid), 2 constant. 2 errors, 41 warnings.",
    );
  });

  test("colours change nothing but colours", () => {
    // oxlint-disable-next-line no-control-regex
    expect(rendered(true, 100).replaceAll(/\u001b\[\d+m/g, "")).toBe(rendered(false, 100));
  });

  test("the JSON is a plain value", () => {
    const json = inspectJson({ ...found, classified: found.policies }, null);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(Object.keys(json)).toEqual([
      "format",
      "formatVersion",
      "catalog",
      "policies",
      "functions",
      "findings",
      "context",
      "platform",
    ]);
  });
});

describe("size", () => {
  test("5,000 policies, no two alike (bench:plan measures the time)", () => {
    const policies = Array.from({ length: 5000 }, (_, index) => {
      const policy = found.catalog.policies[index % found.catalog.policies.length];
      if (!policy) throw new Error("no policy");
      const grow = (text: string | null): string | null =>
        text === null ? null : `(${text} AND (${index} = ${index}))`;
      return { ...policy, name: `${policy.name}_${index}`, using: grow(policy.using), check: grow(policy.check) };
    });
    const classified = classify({ ...found.catalog, policies }, JWT, found.facts);
    expect(new Set(classified.map(({ policy }) => policy.name)).size).toBe(5000);
  });
});
