import pc from "picocolors";
import { expect, test } from "vitest";
import * as rlsmith from "../../src/index.ts";
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
