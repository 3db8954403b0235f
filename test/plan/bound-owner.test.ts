import { expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { silent } from "../../src/progress.ts";
import { planSource } from "../../src/pipeline/plan.ts";
import { proveSource } from "../../src/pipeline/prove-plan.ts";
import { rehearseSource } from "../../src/pipeline/rehearse.ts";
import { openSource, type Source } from "../../src/pipeline/source.ts";
import { project } from "../support/cli.ts";

const CONFIG = parseConfig({
  claims: "request.jwt.claims",
  requests: { claims: "sent", reason: "the API sets them" },
  context: { "app.tenant_id": { claim: "tenant_id", type: "uuid" } },
  sessionOnly: [{ policy: "public.*", decision: "claim", reason: "every request carries the claim" }],
});

/** Migrations that name no role: whoever runs them owns the table, in a scratch database a superuser. */
async function withNotes<Result>(
  more: string,
  work: (source: Source, dir: string) => Promise<Result>,
): Promise<Result> {
  const dir = project({
    "migrations/0001_init.sql": `create table notes (id uuid primary key, tenant_id uuid);
      alter table notes enable row level security; ${more}
      create policy notes_all on notes using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);`,
  });
  const source = await openSource({
    projectDir: dir,
    scratch: { kind: "embedded" },
    strict: true,
    bindOwner: true,
    progress: silent,
  });
  try {
    return await work(source, dir);
  } finally {
    await source.close();
  }
}

test("row security that is forced on the owner is compared as the login of the application meets it", async () => {
  await withNotes("alter table notes force row level security;", async (source, dir) => {
    const planned = planSource(source, CONFIG, dir, null, new Date());
    const { proof, nothingGranted } = await proveSource(source, planned.plan);
    expect(nothingGranted).toBe(false);
    // by reasoning: without the variable nothing was allowed, and the token's tenant is allowed then
    const decided = new Set(proof.access.filter(({ regime }) => regime?.kind === "without").map((one) => one.decision));
    expect(decided).toEqual(new Set(["looser"]));
    const rehearsal = await rehearseSource(source, planned, CONFIG, silent);
    expect(rehearsal.access?.differences.length).toBeGreaterThan(0);
    expect(rehearsal.notCompared).toEqual([]);
  });
});

test("where row security binds nobody, nothing was compared", async () => {
  await withNotes("", async (source, dir) => {
    const planned = planSource(source, CONFIG, dir, null, new Date());
    expect((await proveSource(source, planned.plan)).nothingGranted).toBe(true);
    const rehearsal = await rehearseSource(source, planned, CONFIG, silent);
    expect(rehearsal.passed).toBe(false);
    expect(rehearsal.notCompared).toMatchObject([{ kind: "nobody bound", relation: "public.notes" }]);
  });
});
