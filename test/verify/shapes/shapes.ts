/**
 * Six shapes of project, each with the same two tables of tenants' rows. Tenancy is by claim in all of them, so that a
 * project without a planted hole has none: a variable that the client sets would itself be one.
 */
export interface Shape {
  id: string;
  /** the file that the migration goes to */
  file: string;
  /** files beside it, by path */
  beside: Record<string, string>;
  /** the role that requests use */
  role: string;
  /** SQL of the caller's tenant, as policies write it */
  tenant: string;
  /** roles, schemas and grants, before the tables */
  before: string;
  /** after a table, view or sequence was made: the grant that this shape gives it; null: default privileges do */
  grant: ((object: string, privileges: string) => string) | null;
  /** row security is forced, since the role of requests owns the tables */
  force: boolean;
}

const CLAIMS = "(nullif(current_setting('request.jwt.claims', true), '')::jsonb -> 'app_metadata' ->> 'org_id')::uuid";

const grantTo =
  (role: string) =>
  (object: string, privileges: string): string =>
    `grant ${privileges} on ${object} to ${role};`;

export const SHAPES: readonly Shape[] = [
  {
    // tables made before 2026-05-30 keep the grants of the platform's default privileges
    id: "supabase, old defaults",
    file: "supabase/migrations/20250102000000_tables.sql",
    beside: { "supabase/config.toml": 'project_id = "orders"\n' },
    role: "authenticated",
    tenant: "(select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)",
    before: "",
    grant: null,
    force: false,
  },
  {
    // since 2026-10-30 no project's new objects are granted to the roles of the Data API
    id: "supabase, new defaults",
    file: "supabase/migrations/20261102000000_tables.sql",
    beside: { "supabase/config.toml": 'project_id = "orders"\n' },
    role: "authenticated",
    tenant: "(select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)",
    before: "",
    grant: grantTo("authenticated"),
    force: false,
  },
  {
    id: "plain PostgreSQL, a role of its own",
    file: "migrations/0001_tables.sql",
    beside: {},
    role: "app_user",
    tenant: `(select ${CLAIMS})`,
    before: "create role app_user login; grant usage on schema public to app_user;",
    grant: grantTo("app_user"),
    force: false,
  },
  {
    id: "PostgREST without Supabase",
    file: "migrations/0001_tables.sql",
    beside: {},
    role: "web_user",
    tenant: `(select ${CLAIMS})`,
    before: `create role authenticator noinherit login; create role web_anon nologin; create role web_user nologin;
grant web_anon, web_user to authenticator; grant usage on schema public to web_anon, web_user;`,
    grant: grantTo("web_user"),
    force: false,
  },
  {
    id: "Prisma behind a pooler",
    file: "prisma/migrations/20260101000000_tables/migration.sql",
    beside: { "prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n}\n' },
    role: "prisma_app",
    tenant: `(select ${CLAIMS})`,
    before: "create role prisma_app login; grant usage on schema public to prisma_app;",
    grant: grantTo("prisma_app"),
    force: false,
  },
  {
    // the application logs in as the owner of its tables
    id: "Rails, one login, FORCE",
    file: "db/migrations/0001_tables.sql",
    beside: {},
    role: "rails",
    tenant: `(select ${CLAIMS})`,
    before: "create role rails login; grant usage, create on schema public to rails;",
    grant: null,
    force: true,
  },
];

/** The project's migration with these statements planted after its tables. */
export function migrationOf(shape: Shape, planted: (shape: Shape) => string): string {
  const table = (name: string, columns: string): string =>
    [
      `create table public.${name} (id uuid primary key default gen_random_uuid(), org_id uuid not null, ${columns});`,
      `alter table public.${name} enable row level security;`,
      ...(shape.force
        ? [`alter table public.${name} force row level security;`, `alter table public.${name} owner to ${shape.role};`]
        : []),
      ...(shape.grant ? [shape.grant(`public.${name}`, "select, insert, update, delete")] : []),
      `create policy ${name}_own on public.${name} to ${shape.role} using (org_id = ${shape.tenant}) with check (org_id = ${shape.tenant});`,
    ].join("\n");
  return [
    shape.before,
    table("orders", "label text not null"),
    table("invoices", "amount int not null, note text"),
    planted(shape),
    "",
  ].join("\n");
}
