import { describe, expect, test } from "vitest";
import { withFork } from "../support/fork.ts";
import { look } from "./support.ts";

const TABLE = `create table crew (id uuid primary key, user_id uuid unique, org_id uuid not null, role text not null);
  create table visit (id uuid primary key, org_id uuid not null); alter table visit enable row level security;
  create policy visit_org on visit to authenticated using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);`;

const push = (body: string, declare = ""): string =>
  `${TABLE} create function push_claims() returns trigger language plpgsql security definer set search_path = '' as
   $f$ ${declare} begin ${body} return new; end $f$;
   create trigger crew_claims after insert or update on crew for each row execute function push_claims();`;

const codes = async (sql: string): Promise<string[]> =>
  withFork(sql, async (db) => (await look(db)).findings.map(({ code }) => code));

const NEW = "jsonb_build_object('org_id', new.org_id, 'role', new.role)";

// `||` keeps the keys of its left side (manual, 9.16); an assignment of new keys alone keeps none
describe("a function that replaces all of app_metadata", () => {
  test.each([
    ["a trigger", push(`update auth.users set raw_app_meta_data = ${NEW} where id = new.user_id;`)],
    [
      "a local variable",
      push(`v := ${NEW}; update auth.users set raw_app_meta_data = v where id = new.user_id;`, "declare v jsonb;"),
    ],
    [
      "a sub-query, and a cast",
      push(
        `update auth.users u set raw_app_meta_data = (select json_build_object('org_id', c.org_id)::jsonb from public.crew c where c.user_id = u.id) where u.id = new.user_id;`,
      ),
    ],
    [
      "a function that an administrator calls",
      `${TABLE} create function set_org(who uuid, org uuid) returns void language sql security definer set search_path = '' as
       $f$ update auth.users set raw_app_meta_data = jsonb_build_object('org_id', org) where id = who $f$;`,
    ],
  ])("%s", async (_, sql) => {
    expect(await codes(sql)).toContain("sync-overwrites-others");
  });

  test.each([
    [
      "keys are added",
      push(
        `update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || ${NEW} where id = new.user_id;`,
      ),
    ],
    [
      "jsonb_set",
      push(
        `update auth.users set raw_app_meta_data = jsonb_set(raw_app_meta_data, '{org_id}', to_jsonb(new.org_id)) where id = new.user_id;`,
      ),
    ],
    [
      "a local variable that was read from the column",
      push(
        `select raw_app_meta_data into v from auth.users where id = new.user_id; v := v || ${NEW}; update auth.users set raw_app_meta_data = v where id = new.user_id;`,
        "declare v jsonb;",
      ),
    ],
    [
      "another table's column of that name",
      `${TABLE} create table public.users (id uuid, raw_app_meta_data jsonb); create function note() returns void language sql set search_path = '' as
       $f$ update public.users set raw_app_meta_data = jsonb_build_object('a', 1) $f$;`,
    ],
  ])("silent: %s", async (_, sql) => {
    expect(await codes(sql)).not.toContain("sync-overwrites-others");
  });
});

describe("a hook that writes a claim where nothing reads it", () => {
  const hook = (
    path: string,
  ): string => `${TABLE} create function token_claims(event jsonb) returns jsonb language plpgsql stable as
    $f$ declare o uuid; begin select org_id into o from public.crew where user_id = (event ->> 'user_id')::uuid;
    return jsonb_set(event, '${path}', to_jsonb(o)); end $f$;
    grant execute on function token_claims(jsonb) to supabase_auth_admin;`;

  test.each(["{claims,org_id}", "{claims,user_metadata,org_id}", "{claims,app_metadata,tenant,org_id}"])(
    "%s",
    async (path) => {
      const found = await codes(hook(path));
      expect(found).toContain("claim-path-mismatch");
      expect(found).not.toContain("sync-trigger-missing");
    },
  );

  test("silent where it is read", async () => {
    expect(await codes(hook("{claims,app_metadata,org_id}"))).not.toContain("claim-path-mismatch");
  });
});
