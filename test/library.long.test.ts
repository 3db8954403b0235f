import { cpSync, existsSync, mkdtempSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as rlsmith from "../src/index.ts";
import { project, rlsmith as commandLine } from "./support/cli.ts";
import { withFork } from "./support/fork.ts";
import { identify } from "./support/work-tree.ts";

const CLAIM = "(auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid";
const SCHEMA = `
create table public.docs (id uuid primary key, org_id uuid not null, title text not null);
alter table public.docs enable row level security;
grant select, insert on public.docs to authenticated;
create policy docs_read on public.docs for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, ${CLAIM}));
-- nothing can be proved of an expression that has another value each time it is evaluated
create policy docs_write on public.docs for insert to authenticated
  with check (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, ${CLAIM}) and random() < 2);
`;
const CONFIG = { context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" as const } } };
const REASON = "random() is always less than 2";
const ACCEPTS = new Map([["public.docs.docs_write", REASON]]);

describe("over values and a connection", () => {
  const config = rlsmith.parseConfig(CONFIG);
  let scratch: rlsmith.Scratch;
  let catalog: rlsmith.Catalog;

  beforeAll(async () => {
    scratch = await rlsmith.openScratch({ kind: "embedded" });
    await scratch.db.exec(SCHEMA);
    catalog = await rlsmith.inspect(scratch.db);
  });
  afterAll(async () => scratch.close());

  test("classify: both policies fall back from the variable to the claim", () => {
    const { classified, inferred } = rlsmith.classify(catalog);
    expect(classified.map(({ id, pattern }) => [id, pattern])).toEqual([
      ["public.docs.docs_read", "C"],
      ["public.docs.docs_write", "C"],
    ]);
    expect(inferred.variables.map(({ setting, claim }) => [setting, claim])).toEqual([
      ["app.org_id", ["app_metadata", "org_id"]],
    ]);
  });

  test("plan, prove, rehearse: what is not settled has to be accepted, and then the migration passes", async () => {
    const fresh = rlsmith.plan(catalog, config);
    expect(fresh.plan.open).toEqual([]);
    const unanswered = await rlsmith.provePlan(scratch.db, catalog, fresh.plan);
    expect(() => rlsmith.refuseUnanswered(unanswered.objections, fresh.plan)).toThrow(
      expect.objectContaining({ kind: "not-proven", code: "NOT_PROVEN" }),
    );
    const { objections } = await rlsmith.provePlan(scratch.db, catalog, fresh.plan, { accepts: ACCEPTS });
    rlsmith.refuseUnanswered(objections, fresh.plan);
    const planned = rlsmith.withAccepted(fresh, objections);
    expect(new Set(planned.plan.accepted.map(({ policy, reason }) => [policy, reason].join(": ")))).toEqual(
      new Set([`public.docs.docs_write: ${REASON}`]),
    );
    // approvals are of the plan with its acceptances
    expect(rlsmith.planHash(planned.plan)).not.toBe(rlsmith.planHash(fresh.plan));
    expect((await rlsmith.rehearse(scratch, catalog, planned, config)).passed).toBe(true);
  });

  test("an acceptance of the config holds for the change that was shown, and for no other", async () => {
    const { plan } = rlsmith.plan(catalog, config);
    const { objections } = await rlsmith.provePlan(scratch.db, catalog, plan);
    let hint = "";
    try {
      rlsmith.refuseUnanswered(objections, plan);
    } catch (error) {
      hint = error instanceof rlsmith.RlsmithError ? error.hint : "";
    }
    const change = /policy: "public\.docs\.docs_write", change: "([0-9a-f]{12})"/.exec(hint)?.[1] ?? "";
    const accept = [{ policy: "public.docs.docs_write", change, reason: REASON }];
    const accepting = rlsmith.parseConfig({ ...CONFIG, accept });
    expect(rlsmith.configAcceptances(accepting, plan)).toEqual({ accepts: ACCEPTS, stale: [] });
    // another plan for the same policy
    const kept = { ...CONFIG, accept, keep: { "public.docs.docs_write": "for now" } };
    const other = rlsmith.plan(catalog, rlsmith.parseConfig(kept)).plan;
    expect(rlsmith.configAcceptances(rlsmith.parseConfig(kept), other)).toEqual({ accepts: new Map(), stale: accept });
  });

  test("prove: a catalog against itself is equivalent", () => {
    expect(new Set(rlsmith.prove(catalog, catalog).map(({ decision }) => decision))).toEqual(new Set(["equivalent"]));
  });

  test.each([
    [new Map([["public.docs.docs_write", "  "]]), "ACCEPT_WITHOUT_REASON"],
    [new Map([["public.docs.nobody", REASON]]), "NO_SUCH_POLICY"],
  ])("an acceptance that nobody can stand by is refused: %s", async (accepts, code) => {
    const { plan } = rlsmith.plan(catalog, config);
    await expect(rlsmith.provePlan(scratch.db, catalog, plan, { accepts })).rejects.toMatchObject({ code });
  });

  test("claims: nothing feeds them here", async () => {
    const { readFrom, facts } = await rlsmith.claims(scratch.db, catalog);
    expect([readFrom, facts.source.kind]).toEqual(["live", "unknown"]);
  });

  test("verify: a client that sets the variable reaches rows of another tenant", async () => {
    const work = async (db: rlsmith.Db): Promise<void> => {
      const found = await rlsmith.verify(db, catalog, { mode: "scratch", config });
      expect(found.breaches.length).toBeGreaterThan(0);
      await db.exec(rlsmith.plan(catalog, config).migration.up);
      const after = await rlsmith.inspect(db);
      const closed = await rlsmith.verify(db, after, { mode: "read-only", config });
      expect(closed.breaches).toEqual([]);
    };
    await withFork("", work, scratch);
  });
});

describe("over a project's folder", () => {
  test("the plan is the one that the command line makes, and both approve it in the same way", async () => {
    const byLibrary = project({
      "supabase/migrations/20250101000000_docs.sql": SCHEMA,
      "rlsmith.config.ts": `export default ${JSON.stringify(CONFIG)};\n`,
    });
    execFileSync("git", ["init", "-q", byLibrary]);
    identify(byLibrary, "Security Lead", "lead@example.com");
    const byCommand = join(mkdtempSync(join(tmpdir(), "rlsmith-test-")), "project");
    cpSync(byLibrary, byCommand, { recursive: true });

    const now = new Date();
    const options = { projectDir: byLibrary, scratch: { kind: "embedded" as const }, strict: true };
    const source = await rlsmith.openSource({ ...options, progress: rlsmith.silent });
    try {
      const config = rlsmith.configOf(source);
      const fresh = rlsmith.planSource(source, config, byLibrary, null, now);
      rlsmith.refuseOpenDecisions(fresh.plan, source);
      const proved = await rlsmith.proveSource(source, fresh.plan, { accepts: ACCEPTS });
      const planned = rlsmith.withAccepted(fresh, proved.objections);
      const written = rlsmith.writePlan(planned, proved, null, byLibrary, now);
      expect(written.filter((path) => !existsSync(path))).toEqual([]);
    } finally {
      await source.close();
    }
    const [accept] = [...ACCEPTS].map(([policy, reason]) => `${policy}=${reason}`);
    const run = await commandLine(["plan", "--no-rehearse", "--accept", accept ?? ""], { cwd: byCommand });
    expect(run).toMatchObject({ code: 0 });

    const [mine, theirs] = [rlsmith.readPlan(byLibrary), rlsmith.readPlan(byCommand)];
    expect(mine.plan).toEqual(theirs.plan);
    expect(mine.hash).toBe(theirs.hash);

    const approved = await rlsmith.approvePlan(byLibrary, "Security Lead", { now });
    expect(await commandLine(["approve", "--as", "Security Lead"], { cwd: byCommand })).toMatchObject({ code: 0 });
    const anyTime = (approvals: readonly rlsmith.Approval[]): unknown => approvals.map((one) => ({ ...one, at: "" }));
    expect(rlsmith.approvalsOf(byLibrary)).toEqual([approved.approval]);
    expect(anyTime(rlsmith.approvalsOf(byCommand))).toEqual(anyTime([approved.approval]));
  }, 600_000);
});
