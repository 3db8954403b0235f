import { afterAll, beforeAll, expect, test } from "vitest";
import { catalogFindings } from "../../src/classify/findings/findings.ts";
import { parseConfig, type UserConfig } from "../../src/config.ts";
import { openLab, type Lab } from "./support.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => lab?.close());

const ROLE = `do $$ begin if exists (select from pg_roles where rolname = 'case_holder') then drop owned by case_holder; drop role case_holder; end if; end $$;
  create role case_holder; grant create on schema public to case_holder;`;
const OWNED = `${ROLE} create table doc (id int, org_id uuid); alter table doc enable row level security;
  create policy doc_read on doc using (org_id = nullif(current_setting('app.org_id', true), '')::uuid); alter table doc owner to case_holder;`;

type Logins = Parameters<typeof catalogFindings>[4];

const messages = async (sql: string, code: string, config: UserConfig = {}, logins?: Logins): Promise<string[]> => {
  const { catalog, policies, facts } = await lab.analyse(sql);
  return catalogFindings(catalog, policies, facts, parseConfig(config, "test").verify, logins)
    .filter((one) => one.code === code)
    .map(({ message }) => message);
};

test("an owner without LOGIN is found where the migrations do not create it, and where the connection came as it", async () => {
  expect(await messages(OWNED, "owner-not-forced")).toEqual([]);
  const [unmade] = await messages(OWNED, "owner-not-forced", {}, { connected: null, unmade: ["case_holder"] });
  expect(unmade).toContain("which the migrations do not create");
  const [connected] = await messages(OWNED, "owner-not-forced", {}, { connected: "case_holder", unmade: [] });
  expect(connected).toContain("this connection came as that role");
  expect(await messages(OWNED, "owner-not-forced", {}, { connected: "postgres", unmade: [] })).toEqual([]);
});

const OPEN = `create table doc (id uuid primary key, org_id uuid not null); alter table doc enable row level security;
  create policy doc_read on doc for select to authenticated using (org_id = (auth.jwt() ->> 'org_id')::uuid);`;

test("access that the config declares is no finding, and a write needs to be named", async () => {
  const reads = `${OPEN} create policy every on doc for select to authenticated using (true);`;
  const writes = `${OPEN} create policy every on doc for update to authenticated using (true);`;
  const shared: UserConfig = { verify: { shared: { "public.doc": "a catalogue" } } };
  const expected = (commands?: ("SELECT" | "UPDATE")[]): UserConfig => ({
    verify: {
      expected: [{ object: "public.doc", door: "policy", ...(commands ? { commands } : {}), reason: "published" }],
    },
  });
  const count = async (sql: string, config: UserConfig): Promise<number> =>
    (await messages(sql, "policy-always-true", config)).length;
  expect(await count(reads, {})).toBe(1);
  expect(await count(reads, shared)).toBe(0);
  expect(await count(reads, expected())).toBe(0);
  expect(await count(writes, shared)).toBe(1);
  expect(await count(writes, expected())).toBe(1);
  expect(await count(writes, expected(["UPDATE"]))).toBe(0);
});

test("a catalog of an earlier version, without rules, schemas and the options of memberships", async () => {
  const { catalog, policies, facts } = await lab.analyse(
    `${OPEN} create view docs as select * from doc; grant select on docs to authenticated;`,
  );
  const { rules: _, schemas: __, ...rest } = catalog;
  const older = {
    ...rest,
    relations: rest.relations.map(({ reads: ___, partialKeys: ____, ...relation }) => relation),
    roles: rest.roles.map(({ maySet: _____, inheritsFrom: ______, ...role }) => role),
  };
  const codes = catalogFindings(older, policies, facts).map(({ code }) => code);
  expect(codes).toContain("view-without-security-invoker");
});
