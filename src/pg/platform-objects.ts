import type { Catalog } from "./catalog.ts";
import { nameKey, relationOf, type NameKey, type QualifiedName } from "./name.ts";
import { PLATFORM_ROLES } from "./platform-roles.ts";
import { isOnPlatform, isPlatformSchema } from "./platform-schemas.ts";

/** The schemas of Supabase in which migrations of a project could create objects of its own, until April 2025. */
const SHARED: ReadonlySet<string> = new Set(["auth", "storage"]);

/**
 * The tables of Supabase Auth and of Supabase Storage, as their own migrations create them (repositories
 * supabase/auth and supabase/storage): on a scratch database, and in a dump without owners, the owner does not tell
 * them from a table of the project.
 */
const PLATFORM_TABLES: ReadonlySet<NameKey> = new Set([
  ...[
    "audit_log_entries",
    "custom_oauth_providers",
    "flow_state",
    "identities",
    "instances",
    "mfa_amr_claims",
    "mfa_challenges",
    "mfa_factors",
    "oauth_authorizations",
    "oauth_client_states",
    "oauth_clients",
    "oauth_consents",
    "one_time_tokens",
    "refresh_tokens",
    "saml_providers",
    "saml_relay_states",
    "schema_migrations",
    "sessions",
    "sso_domains",
    "sso_providers",
    "sso_sessions",
    "users",
    "webauthn_challenges",
    "webauthn_credentials",
  ].map((name) => nameKey({ schema: "auth", name })),
  ...[
    "buckets",
    "buckets_analytics",
    "buckets_vectors",
    "iceberg_namespaces",
    "iceberg_tables",
    "migrations",
    "objects",
    "prefixes",
    "s3_multipart_uploads",
    "s3_multipart_uploads_parts",
    "vector_indexes",
  ].map((name) => nameKey({ schema: "storage", name })),
]);

/** The functions of Supabase Auth. Those of Storage are many and change, so that none there is taken for the project's. */
const PLATFORM_FUNCTIONS: ReadonlySet<string> = new Set(["uid", "role", "email", "jwt"]);

/** True for a role that the platform of the database makes for itself; none without a platform. */
export const isPlatformRole = (catalog: Pick<Catalog, "relations">, name: string): boolean =>
  PLATFORM_ROLES.has(name) && isOnPlatform(catalog);

/** True for a role of the platform other than `postgres`, as which the migrations of a project run. */
const isPlatformOwner = (name: string): boolean => name !== "postgres" && PLATFORM_ROLES.has(name);

const ownRelations = new WeakMap<Catalog["relations"], ReadonlySet<NameKey>>();

/** The relations of a catalog that its project has created in the schemas of its platform. */
function ownRelationsOf({ relations }: Pick<Catalog, "relations">): ReadonlySet<NameKey> {
  const found =
    ownRelations.get(relations) ??
    new Set(
      relations
        .filter(({ schema, owner }) => SHARED.has(schema) && !isPlatformOwner(owner))
        .map(nameKey)
        .filter((name) => !PLATFORM_TABLES.has(name)),
    );
  ownRelations.set(relations, found);
  return found;
}

/**
 * True for a relation of the platform that the database is on. A relation in schema `auth` or `storage` that is none of
 * the platform's, and that none of its roles owns, was created by the project, as was any in a schema of its own.
 */
export const isPlatformRelation = (
  catalog: Pick<Catalog, "relations">,
  relation: QualifiedName | { schema: string; relation: string },
): boolean =>
  isPlatformSchema(catalog, relation.schema) &&
  !ownRelationsOf(catalog).has(nameKey("relation" in relation ? relationOf(relation) : relation));

const ownFunctions = new WeakMap<Catalog["functions"], ReadonlySet<NameKey>>();

/** The functions that a project has created in schema `auth`: `auth.org_id()` was a usual name of a helper. */
function ownFunctionsOf({ functions }: Pick<Catalog, "functions">): ReadonlySet<NameKey> {
  const found =
    ownFunctions.get(functions) ??
    new Set(
      functions
        .filter(
          ({ schema, name, owner }) => schema === "auth" && !PLATFORM_FUNCTIONS.has(name) && !isPlatformOwner(owner),
        )
        .map(nameKey),
    );
  ownFunctions.set(functions, found);
  return found;
}

/** The same for a function. */
export const isPlatformFunction = (catalog: Pick<Catalog, "relations" | "functions">, fn: QualifiedName): boolean =>
  isPlatformSchema(catalog, fn.schema) && !ownFunctionsOf(catalog).has(nameKey(fn));
