import type { Shape } from "./shapes.ts";

/** A kind of hole. Every one lets a member of one tenant reach rows of another; how, its statements say. */
export interface Hole {
  id: string;
  /** the object that the report has to name */
  object: string;
  plant: (shape: Shape) => string;
}

const granted = ({ grant }: Shape, object: string, privileges: string): string => grant?.(object, privileges) ?? "";

/** What is made by the migration belongs to its login, which is a superuser here: row security does not apply to it. */
export const HOLES: readonly Hole[] = [
  {
    id: "a SELECT policy that is true",
    object: "public.orders",
    plant: ({ role }) => `create policy everything on public.orders for select to ${role} using (true);`,
  },
  {
    id: "row security is off",
    object: "public.parcels",
    plant: (shape) =>
      `create table public.parcels (id uuid primary key default gen_random_uuid(), org_id uuid not null, label text not null);
       ${shape.force ? `alter table public.parcels owner to ${shape.role};` : ""}
       ${granted(shape, "public.parcels", "select, insert, update, delete")}`,
  },
  {
    id: "an INSERT policy that checks nothing",
    object: "public.orders",
    plant: ({ role }) => `create policy anyone_adds on public.orders for insert to ${role} with check (true);`,
  },
  {
    id: "an UPDATE policy whose check is true",
    object: "public.invoices",
    plant: ({ role, tenant }) =>
      `create policy moves on public.invoices for update to ${role} using (org_id = ${tenant}) with check (true);`,
  },
  {
    id: "a DELETE policy that is true",
    object: "public.invoices",
    plant: ({ role }) => `create policy anyone_removes on public.invoices for delete to ${role} using (true);`,
  },
  {
    id: "a view with its owner's rights",
    object: "public.order_labels",
    plant: (shape) =>
      `create view public.order_labels as select id, org_id, label from public.orders;
       ${shape.grant ? granted(shape, "public.order_labels", "select") : `grant select on public.order_labels to ${shape.role};`}`,
  },
  {
    id: "a materialized view",
    object: "public.order_copy",
    plant: (shape) =>
      `create materialized view public.order_copy as select id, org_id, label from public.orders;
       grant select on public.order_copy to ${shape.role};`,
  },
  {
    id: "a SECURITY DEFINER function by id",
    object: "public.get_order(uuid)",
    plant: ({ role }) =>
      `create function public.get_order(which uuid) returns setof public.orders language sql stable security definer
         set search_path = '' as 'select * from public.orders where id = which';
       grant execute on function public.get_order(uuid) to ${role};`,
  },
  {
    id: "open where the claim is missing",
    object: "public.orders",
    plant: ({ role, tenant }) =>
      `create policy without_claim on public.orders for select to ${role} using (${tenant} is null or org_id = ${tenant});`,
  },
  {
    id: "a switch that any client can set",
    object: "public.invoices",
    plant: ({ role }) =>
      `create policy support on public.invoices for select to ${role} using (current_setting('app.support', true) = 'on');`,
  },
  {
    id: "column grants before a policy that is true",
    object: "public.parcels",
    plant: (shape) =>
      `create table public.parcels (id uuid primary key default gen_random_uuid(), org_id uuid not null, label text not null, secret text);
       alter table public.parcels enable row level security;
       revoke all on public.parcels from ${shape.grant ? shape.role : "public"}${shape.id.startsWith("supabase") ? ", anon, authenticated" : ""};
       grant select (id, org_id, label) on public.parcels to ${shape.role};
       create policy everything on public.parcels for select to ${shape.role} using (true);`,
  },
  {
    id: "a partition that is reached directly",
    object: "public.events_2026",
    plant: (shape) =>
      `create table public.events (id uuid not null default gen_random_uuid(), org_id uuid not null, at date not null, what text, primary key (id, at)) partition by range (at);
       create table public.events_2026 partition of public.events for values from ('2026-01-01') to ('2027-01-01');
       alter table public.events enable row level security;
       ${shape.force ? "alter table public.events force row level security;" : ""}
       create policy events_own on public.events to ${shape.role} using (org_id = ${shape.tenant}) with check (org_id = ${shape.tenant});
       grant select, insert, update, delete on public.events to ${shape.role};
       grant select, insert, update, delete on public.events_2026 to ${shape.role};`,
  },
];

/** Statements that add something and open nothing, by the reason. */
export const CLEAN: readonly { id: string; plant: (shape: Shape) => string }[] = [
  { id: "nothing is added", plant: () => "" },
  {
    id: "a view with its caller's rights",
    plant: (shape) =>
      `create view public.order_labels with (security_invoker = true) as select id, org_id, label from public.orders;
       grant select on public.order_labels to ${shape.role};`,
  },
  {
    id: "a SECURITY DEFINER function that checks the tenant",
    plant: ({ role, tenant }) =>
      `create function public.get_order(which uuid) returns setof public.orders language sql stable security definer
         set search_path = '' as $$select * from public.orders where id = which and org_id = ${tenant}$$;
       grant execute on function public.get_order(uuid) to ${role};`,
  },
  {
    id: "policies by command, and a restrictive one",
    plant: ({ role, tenant }) =>
      `drop policy orders_own on public.orders;
       create policy orders_select on public.orders for select to ${role} using (org_id = ${tenant});
       create policy orders_insert on public.orders for insert to ${role} with check (org_id = ${tenant});
       create policy orders_update on public.orders for update to ${role} using (org_id = ${tenant}) with check (org_id = ${tenant});
       create policy orders_delete on public.orders for delete to ${role} using (org_id = ${tenant});
       create policy orders_fence on public.orders as restrictive to ${role} using (org_id = ${tenant});`,
  },
];
