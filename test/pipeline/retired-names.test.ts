import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { inspectCatalog } from "../../src/pipeline/inspection.ts";
import { retiredNames } from "../../src/pipeline/retired-names.ts";
import { openScratch, type Scratch } from "../../src/scratch/index.ts";
import { catalogOf } from "../support/catalog-of.ts";

let base: Scratch;
beforeAll(async () => {
  base = await openScratch({ kind: "embedded" });
});
afterAll(async () => base.close());

const SQL = `
create table member (user_id uuid, tenant_id uuid);
create function set_tenant(id uuid) returns void language plpgsql as $$
begin perform set_config('app.tenant_id', id::text, true); end $$;
-- calls the setter with its own argument, and nothing else
create function set_all(id uuid) returns void language plpgsql as $$ begin perform set_tenant(id); end $$;
-- looks whether the caller may
create function enter_tenant(id uuid) returns void language plpgsql as $$
begin
  if not exists (select from member where tenant_id = id) then raise exception 'no member'; end if;
  perform set_config('app.tenant_id', id::text, true);
end $$;
-- does work
create function add_member(id uuid) returns void language plpgsql as $$
begin
  perform set_config('app.tenant_id', id::text, true);
  insert into member (tenant_id) values (id);
end $$;
create function members_of(id uuid) returns setof member language plpgsql as $$
begin
  perform set_config('app.tenant_id', id::text, true);
  return query select * from member;
end $$;
-- another variable
create function set_locale(name text) returns void language plpgsql as $$
begin perform set_config('app.locale', name, true); end $$;
-- two of one name, one of which does more
create function switch_tenant(id uuid) returns void language plpgsql as $$
begin perform set_config('app.tenant_id', id::text, true); end $$;
create function switch_tenant(id uuid, why text) returns void language plpgsql as $$
begin
  perform set_config('app.tenant_id', id::text, true);
  insert into member (tenant_id) values (id);
end $$;
`;

test("functions that only set a mapped variable are retired; those that check something are named", async () => {
  const catalog = await catalogOf(base, SQL);
  const config = parseConfig({ context: { "app.tenant_id": { claim: "app_metadata.tenant_id", type: "uuid" } } });
  const { facts } = inspectCatalog(catalog, config);
  const { settings, functions, mixed } = retiredNames(catalog, facts, config);
  expect([...settings]).toEqual([["app.tenant_id", ["app_metadata", "tenant_id"]]]);
  expect([...functions].toSorted()).toEqual(["set_all", "set_tenant"]);
  expect([...mixed].toSorted()).toEqual(["enter_tenant", "switch_tenant"]);
});
