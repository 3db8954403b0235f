import { expect, test } from "vitest";
import { inspect } from "../../src/inspect/inspect.ts";
import { prove } from "../../src/prove/prove.ts";
import { confirm } from "../../src/prove/replay/confirm.ts";
import { withFork } from "../support/fork.ts";

// In a replay settings have other names: a function that reads them there has to be made again, also one that only the
// assumption calls.
test("a function that no policy calls is made again for the assumption", async () => {
  const schema = `
    create schema app;
    create function app.claims() returns jsonb language sql stable
      as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
    create table docs (id int primary key, org text);
    grant select on docs to authenticated;
    alter table docs enable row level security;
    create policy p on docs using (org = current_setting('app.org', true));`;
  await withFork(schema, async (db) => {
    const before = await inspect(db);
    const policies = before.policies.map((policy) => ({ ...policy, using: "false" }));
    const conditions = ["current_setting('app.org', true) = (app.claims() ->> 'org')"];
    const assumptions = [{ name: "the variable is the claim", conditions }];
    const after = { ...before, policies };
    const found = prove(before, after, { roles: ["authenticated"], assumptions }).filter(
      ({ component, role }) => component === "SELECT" && role === "authenticated",
    );
    const [confirmed] = await confirm(db, before, after, found, assumptions);
    expect(confirmed).toMatchObject({ decision: "tighter", certainty: { kind: "replayed" } });
  });
});
