/** The parts that the examples of the claims findings are made of: a table of members, its sync, a policy. */

/** A table that gives each user the claim `org_id`. */
export const member = (more = "", { uniqueUser = true } = {}): string => `create table member (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  user_id uuid not null${uniqueUser ? " unique" : ""}${more === "" ? "" : `,${more}`}
);
`;

/** The trigger function. It removes the claim from the old user and gives it to the new one. */
export const sync = ({ clearsOld = "update or delete" as "update or delete" | "delete" } = {}): string =>
  `create function sync_member() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  if tg_op ${clearsOld === "delete" ? "= 'DELETE'" : "<> 'INSERT'"} then
    update auth.users set raw_app_meta_data = raw_app_meta_data - 'org_id' where id = old.user_id;
  end if;
  if tg_op <> 'DELETE' then
    update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object('org_id', new.org_id)
    where id = new.user_id;
  end if;
  return null;
end $$;
`;

export const trigger = (events = "insert or update or delete"): string =>
  `create trigger member_sync after ${events} on member for each row execute function sync_member();
`;

export const policy = (using: string): string => `alter table member enable row level security;
create policy member_read on member for select to authenticated using (${using});
`;

/** A user of Supabase Auth, by the last digit of the id. */
export const user = (digit: number): string =>
  `insert into auth.users (id, email) values ('${userId(digit)}', 'user${digit}@example.com');
`;

/** A row of the table, which the sync turns into a claim. */
export const row = (digit: number, org = 1): string =>
  `insert into member (org_id, user_id) values ('${orgId(org)}', '${userId(digit)}');
`;

export const userId = (digit: number): string => `00000000-0000-4000-8000-00000000000${digit}`;
export const orgId = (digit: number): string => `00000000-0000-4000-8000-0000000000a${digit}`;
