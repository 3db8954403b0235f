import pc from "picocolors";
import { expect, test } from "vitest";
import * as rlsmith from "../../src/index.ts";
import { summary } from "../../src/report/plan-terminal.ts";
import { renderProof } from "../../src/report/proof-terminal.ts";
import { withFork } from "../support/fork.ts";

interface Proved {
  /** the proof as a terminal shows it */
  text: string;
  /** the hint of the error that stops the plan; null where none does */
  hint: string | null;
}

const proved = async (sql: string, config: rlsmith.UserConfig): Promise<Proved> =>
  withFork(sql, async (db) => {
    const catalog = await rlsmith.inspect(db);
    const { plan } = rlsmith.plan(catalog, rlsmith.parseConfig(config));
    expect(plan.open).toEqual([]);
    const proof = await rlsmith.provePlan(db, catalog, plan);
    return {
      text: renderProof(proof, pc.createColors(false)),
      hint: hintOf(() => rlsmith.refuseUnanswered(proof.objections, plan)),
    };
  });

function hintOf(refuse: () => void): string | null {
  try {
    refuse();
    return null;
  } catch (error) {
    if (error instanceof rlsmith.RlsmithError) return error.hint;
    throw error;
  }
}

const CLAIM = {
  context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" as const } },
  sessionOnly: [{ policy: "*", decision: "claim" as const, reason: "the token carries it" }],
};

test("each policy that is asked about has a witness of its own regime, and its way to be accepted", async () => {
  // Without the variable `pick` gives the rows of its owner and `current` none. With the claims in its place a token
  // decides, with or without the variable: one that names an organisation gains its row, and loses the others.
  const { text, hint } = await proved(
    `create table public.org (id uuid primary key, owner uuid not null);
     alter table public.org enable row level security;
     grant select on public.org to authenticated;
     create policy pick on public.org for select to authenticated
       using (current_setting('app.org_id', true) is null and owner = auth.uid());
     create policy current on public.org for select to authenticated
       using (id = nullif(current_setting('app.org_id', true), '')::uuid);`,
    CLAIM,
  );
  const asked = text.slice(text.indexOf("not accepted:")).split("\n\n")[0] ?? "";
  expect(asked).toMatch(/public\.org\.pick {2}without context, SELECT\n/);
  expect(asked).toMatch(/public\.org\.current {2}without context, SELECT\n/);
  const witness = asked.split("\n").at(-1) ?? "";
  expect(witness).toMatch(/reads a row of public\.org .*: denied before, allowed after$/);
  expect(witness, "without context no variable is set").not.toContain("app.org_id =");
  expect(hint).not.toContain("witnesses above");
  expect(hint).toContain("--accept 'public.org.pick=reason'");
  expect(hint).toContain("--accept 'public.org.current=reason'");
});

test("predicates that failed for every statement before are told from those that were compared as they were", async () => {
  // Each policy reads the other relation, so that PostgreSQL refuses every SELECT with 42P17 before. The INSERT of
  // `place` has a condition of its own, and was never refused.
  const { text } = await proved(
    `create table public.place (id uuid primary key, owner uuid not null);
     create table public.guest (place_id uuid not null, person uuid not null);
     alter table public.place enable row level security;
     alter table public.guest enable row level security;
     create role visitor;
     grant select on public.place, public.guest to visitor;
     grant insert on public.place to visitor;
     create policy see on public.place for select to visitor
       using (exists (select from public.guest g where g.place_id = place.id and g.person = auth.uid()));
     create policy see on public.guest for select to visitor
       using (exists (select from public.place p where p.id = guest.place_id and p.owner = auth.uid()));
     create policy own on public.place for insert to visitor with check (owner = auth.uid());`,
    { rules: { breakRecursion: true } },
  );
  expect(text).toMatch(
    /for 2 access predicates every statement raised an error before, .* compared with what their policies were meant to say/,
  );
});

test("one of a thing is counted in the singular", async () => {
  const counts = await withFork(
    `create table public.note (org_id uuid not null);
     alter table public.note enable row level security;
     create policy own on public.note for select to authenticated
       using (org_id = nullif(current_setting('app.org_id', true), '')::uuid);`,
    async (db) => summary(rlsmith.plan(await rlsmith.inspect(db), rlsmith.parseConfig(CLAIM)).plan),
  );
  expect(counts).toBe(
    "1 policy: 1 rewritten. 1 step, 1 relation locked (ACCESS EXCLUSIVE) until the transaction ends.",
  );
});
