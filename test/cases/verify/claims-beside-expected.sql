-- title: anon reads what is published, as declared, and a token without a tenant reads everything
-- door: claims
-- object: public.stories
-- kind: tenancy
-- config: {"verify": {"expected": [{"object": "public.stories", "door": "policy", "reason": "published stories are public"}]}}
-- why: members with a tenant in the token are held by the policy, so no plain login gets through. Where the claim is missing, coalesce makes the row's own tenant of it, and that is a hole of claims, not the policy that was declared.
create table public.stories (
  id uuid primary key default gen_random_uuid(),
  paper_id uuid not null,
  published boolean not null default true,
  body text not null
);
alter table public.stories enable row level security;
create policy stories_select on public.stories for select to authenticated
  using (paper_id = coalesce((select ((select auth.jwt()) -> 'app_metadata' ->> 'paper_id')::uuid), paper_id));
create policy stories_public on public.stories for select to anon using (published);
