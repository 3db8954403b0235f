import { cpSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCluster, type Cluster } from "../faults/cluster.ts";
import { makeFixture, makeTemplate } from "../faults/fixture.ts";
import { findMajors } from "../faults/majors.ts";
import { withClient } from "../faults/with-client.ts";
import { rlsmith } from "../support/cli.ts";
import { copyOf } from "../support/work-tree.ts";

const seen = new Set<string>();

/** `rlsmith` checks every JSON against its schema. */
async function json(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<{ format: string }> {
  const run = await rlsmith([...args, "--format", "json"], { cwd, env });
  const value = JSON.parse(run.stdout) as { format: string; formatVersion: number };
  expect(value.formatVersion, run.stderr).toBeGreaterThan(0);
  seen.add(value.format);
  return value;
}

describe("the casino project", () => {
  const dir = join(mkdtempSync(join(tmpdir(), "rlsmith-json-")), "casino");
  cpSync("examples/casino", dir, { recursive: true });
  writeFileSync(join(dir, "docs/access.md"), "<!-- rlsmith:begin matrix -->\n<!-- rlsmith:end matrix -->\n");

  test.each([
    [["inspect"], "rlsmith-inspect"],
    [["claims"], "rlsmith-claims"],
    [["plan", "--no-rehearse"], "rlsmith-plan"],
    [["init", "--force"], "rlsmith-init"],
    [["cleanup", "--code", "--check", "true"], "rlsmith-cleanup-code"],
    [["cleanup", "--guards"], "rlsmith-cleanup-guards"],
    [["cleanup", "--tests"], "rlsmith-cleanup-tests"],
    [["docs", "--check", "--stale"], "rlsmith-documents"],
  ])("%s", async (args, format) => {
    expect((await json(args, dir)).format).toBe(format);
  });
});

const server = findMajors().find(({ missing }) => missing === null);

describe.skipIf(!server)("a small project with a target", () => {
  let cluster: Cluster;
  let dir: string;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    cluster = await startCluster({ bin: server?.bin ?? "" });
    await makeTemplate(cluster, "prepared");
    await withClient(cluster.url("postgres"), async (client) =>
      client.query("create database target owner deployer template prepared"),
    );
    dir = copyOf((await makeFixture({ rehearse: false })).dir);
    // who deploys may not read auth.users
    env = { STAGING_URL: cluster.url("target", "deployer"), ADMIN_URL: cluster.url("target") };
  });
  afterAll(async () => cluster?.stop());

  test.each([
    [["impact", "--db", "env:ADMIN_URL"], "rlsmith-impact"],
    [["approve", "--as", "DBA"], "rlsmith-approval"],
    [["apply", "--dry-run"], "rlsmith-apply"],
    [["apply"], "rlsmith-apply"],
    [["watch", "--once"], "rlsmith-watch"],
    [["watch", "--recorder", "--out", "recorder"], "rlsmith-recorder"],
    [["gate"], "rlsmith-gate"],
    [["history"], "rlsmith-history"],
    [["status", "--live"], "rlsmith-status"],
    [["report", "--live", "--out", "report.html"], "rlsmith-report"],
    [["metrics", "--live"], "rlsmith-metrics"],
    [["announce", "before"], "rlsmith-announcement"],
    [["attest", "capacity", "--as", "DBA", "--note", "seen"], "rlsmith-evidence-line"],
    [["evidence", "verify"], "rlsmith-evidence"],
    [["rollback"], "rlsmith-rollback"],
    [["history"], "rlsmith-history"],
    [["rollback", "--target", "nowhere"], "rlsmith-error"],
    [["rehearse"], "rlsmith-rehearsal"],
    [["cleanup", "--sql", "--no-rehearse", "--dry-run"], "rlsmith-cleanup-sql"],
    [["verify"], "rlsmith-verification"],
    [["verify", "--mutants"], "rlsmith-mutants"],
    [["verify", "--emit", "pgtap"], "rlsmith-emitted"],
    [["prove", "migrations", "env:STAGING_URL"], "rlsmith-prove"],
    [["prove", "--never", "cross-tenant-read", "--never", "anonymous-access"], "rlsmith-properties"],
  ])("%s", async (args, format) => {
    expect((await json(args, dir, env)).format).toBe(format);
  });

  test("every schema was used", () => {
    const schemas = readdirSync("docs/schemas").map((file) => `rlsmith-${file.replace(".schema.json", "")}`);
    expect([...seen].toSorted()).toEqual(schemas.toSorted());
  });
});
