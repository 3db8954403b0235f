/** The kinds of project that rlsmith meets: who connects, where claims come from, and what roles may do. */
export type ShapeName = "supabase, old grants" | "supabase, new grants" | "plain" | "postgrest" | "prisma" | "rails";

export interface Shape {
  name: ShapeName;
  isSupabase: boolean;
  /** the role of a request, and of one without a token if that is another */
  role: string;
  anonymous: string;
  /** the claims as jsonb */
  claims: string;
  /** `claims` of the config */
  source: string;
  /** statements before the tables */
  setup: string;
  /** statements for each relation, which stands as `%` */
  perRelation: string;
}

const SETTING = "nullif(current_setting('request.jwt.claims', true), '')::jsonb";

/** Roles belong to the server: they are made once for all projects. */
export const ROLES = ["app_user", "web_user", "web_anon", "rails_app"];

const GRANT = "grant select, insert, update, delete on % to ROLE;";

export const SHAPES: readonly Shape[] = [
  {
    name: "supabase, old grants",
    isSupabase: true,
    role: "authenticated",
    anonymous: "anon",
    claims: "auth.jwt()",
    source: "auth.jwt()",
    setup: "grant usage on schema public to anon, authenticated;",
    perRelation: "grant all on % to anon, authenticated, service_role; alter table % enable row level security;",
  },
  {
    name: "supabase, new grants",
    isSupabase: true,
    role: "authenticated",
    anonymous: "anon",
    claims: "auth.jwt()",
    source: "auth.jwt()",
    setup: "grant usage on schema public to anon, authenticated;",
    perRelation: `${GRANT.replace("ROLE", "authenticated")} alter table % enable row level security;`,
  },
  {
    name: "plain",
    isSupabase: false,
    role: "app_user",
    anonymous: "app_user",
    claims: "app.claims()",
    source: "app.claims()",
    setup: `create schema app; grant usage on schema app to app_user;
      create function app.claims() returns jsonb language sql stable as $$ select ${SETTING} $$;`,
    perRelation: `${GRANT.replace("ROLE", "app_user")} alter table % enable row level security;`,
  },
  {
    name: "postgrest",
    isSupabase: false,
    role: "web_user",
    anonymous: "web_anon",
    claims: SETTING,
    source: "request.jwt.claims",
    setup: "",
    perRelation: `${GRANT.replace("ROLE", "web_user")} grant select on % to web_anon; alter table % enable row level security;`,
  },
  {
    name: "prisma",
    isSupabase: false,
    role: "app_user",
    anonymous: "app_user",
    claims: SETTING,
    source: "request.jwt.claims",
    setup: "",
    perRelation: `${GRANT.replace("ROLE", "app_user")} alter table % enable row level security;`,
  },
  {
    name: "rails",
    isSupabase: false,
    role: "rails_app",
    anonymous: "rails_app",
    claims: SETTING,
    source: "request.jwt.claims",
    setup: "",
    perRelation:
      "alter table % enable row level security; alter table % force row level security; alter table % owner to rails_app;",
  },
];
