import { as } from "../pg/expr/node.ts";
import { parseStatements } from "../pg/expr/parse.ts";
import { dollarQuote, quoteIdent } from "../pg/identifier.ts";
import { quoteName } from "../pg/name.ts";
import { isContrib } from "./extensions.ts";

/** An extension that could not be loaded, and the reason with a description of its stand-in. */
export interface StandIn {
  extension: string;
  reason: string;
}

/** SQL to run instead of a statement on an extension, and a description of the stand-in. */
export interface Replacement {
  extension: string;
  sql: string;
  what: string;
}

interface Made {
  sql: (schema: string | null) => string;
  what: string;
}

const NOTHING: Made = { sql: () => "select", what: "a stub without its functions" };

// The objects of an extension that tables, policies and bodies may name. The bootstrap already has the schemas of
// pg_cron, pg_net and vault.
const MADE: Record<string, Made> = {
  vector: {
    sql: (schema) =>
      ["vector", "halfvec", "sparsevec"]
        .map((type) => textType(schema, type, "varchartypmodin") + distances(schema, type))
        .join(""),
    what: "its types hold text, its distances are null",
  },
  postgis: {
    // The type modifier (Point, 4326) becomes the number of its parts.
    sql: (schema) =>
      ["geometry", "geography"].map((type) => textType(schema, type, "array_cardinality")).join("") +
      ["box2d", "box3d"].map((type) => textType(schema, type, null)).join(""),
    what: "its types hold text; without its functions",
  },
  pg_jsonschema: {
    sql: (schema) =>
      ["json", "jsonb"]
        .map(
          (type) =>
            `create function ${within(schema, `${type}_matches_schema`)}(schema json, instance ${type}) returns bool language sql immutable as 'select true';`,
        )
        .join(""),
    what: "every document matches its schema",
  },
  pg_graphql: {
    sql: () => `create schema if not exists graphql;
      create or replace function graphql.resolve(query text, variables jsonb default '{}', "operationName" text default null, extensions jsonb default null)
      returns jsonb language sql as 'select null::jsonb';`,
    what: "graphql.resolve answers null",
  },
  pgmq: {
    sql: () => `create schema if not exists pgmq;
      create function pgmq.create(queue_name text) returns void language plpgsql as $$
      declare kind text;
      begin
        foreach kind in array array['q', 'a'] loop
          execute format('create table if not exists pgmq.%I (msg_id bigint primary key, read_ct int not null default 0, enqueued_at timestamptz not null default now(), vt timestamptz not null default now(), message jsonb)', kind || '_' || queue_name);
        end loop;
      end $$;`,
    what: "pgmq.create creates the tables of a queue, and nothing fills them",
  },
};

const within = (schema: string | null, name: string): string =>
  schema === null ? quoteIdent(name) : quoteName({ schema, name });

/**
 * A base type that holds text, so that it can have a type modifier (`vector(1536)`), which a domain cannot. `typmod` is
 * an internal function from cstring[] to int4. A login that is not a superuser gets a domain.
 */
function textType(schema: string | null, type: string, typmod: string | null): string {
  const name = (suffix: string): string => within(schema, `${type}${suffix}`);
  const internal = "language internal immutable strict";
  const modifier =
    typmod === null ? "" : `create function ${name("_typmod_in")}(cstring[]) returns int4 ${internal} as '${typmod}';`;
  const options = [
    `input = ${name("_in")}, output = ${name("_out")}, like = text`,
    ...(typmod === null ? [] : [`typmod_in = ${name("_typmod_in")}`]),
    ...(typmod === "varchartypmodin" ? ["typmod_out = pg_catalog.varchartypmodout"] : []),
  ];
  return `do ${dollarQuote(`begin
    create type ${name("")};
    create function ${name("_in")}(cstring) returns ${name("")} ${internal} as 'textin';
    create function ${name("_out")}(${name("")}) returns cstring ${internal} as 'textout';
    ${modifier}
    create type ${name("")} (${options.join(", ")});
  exception
    when duplicate_object then null;
    when insufficient_privilege then create domain ${name("")} as text;
  end`)};`;
}

/** The operators in ORDER BY clauses, so that SQL functions that search can be created. */
const distances = (schema: string | null, type: string): string => {
  const [own, fn] = [within(schema, type), within(schema, `${type}_distance`)];
  const prefix = schema === null ? "" : `${quoteIdent(schema)}.`;
  const operators = ["<->", "<=>", "<#>", "<+>"].map(
    (operator) => `create operator ${prefix}${operator} (leftarg = ${own}, rightarg = ${own}, function = ${fn});`,
  );
  return `create function ${fn}(${own}, ${own}) returns float8 language sql immutable as 'select null::float8';${operators.join("")}`;
};

/**
 * The replacement of a statement on an extension that is not available: CREATE EXTENSION creates the names that tables
 * and bodies need; COMMENT ON, ALTER and DROP do nothing. Null for any other statement and, in the embedded database,
 * for an extension that PGlite ships. On a server, the real statement is tried first.
 */
export function standInFor(text: string, engine: "embedded" | "server"): Replacement | null {
  if (!/^\s*(create|comment\s+on|alter|drop)\s+extension\b/i.test(text)) return null;
  const named = extensionOf(text);
  if (named === null || named.extension === "plpgsql" || (engine === "embedded" && isContrib(named.extension)))
    return null;
  const made = (Object.hasOwn(MADE, named.extension) ? MADE[named.extension] : undefined) ?? NOTHING;
  return { extension: named.extension, sql: named.create ? made.sql(named.schema) : "select", what: made.what };
}

/** The extension in a statement, with the schema that a CREATE statement gives. */
function extensionOf(text: string): { extension: string; create: boolean; schema: string | null } | null {
  try {
    const stmt = parseStatements(text)[0]?.stmt;
    const create = as("CreateExtensionStmt", stmt);
    if (create?.extname !== undefined) {
      const option = (create.options ?? [])
        .map((node) => as("DefElem", node))
        .find((element) => element?.defname === "schema");
      return { extension: create.extname, create: true, schema: as("String", option?.arg)?.sval ?? null };
    }
    const object =
      as("CommentStmt", stmt)?.object ??
      as("DropStmt", stmt)?.objects?.[0] ??
      as("AlterObjectSchemaStmt", stmt)?.object;
    const extension =
      as("String", object)?.sval ??
      as("AlterExtensionStmt", stmt)?.extname ??
      as("AlterExtensionContentsStmt", stmt)?.extname;
    return extension === undefined ? null : { extension, create: false, schema: null };
  } catch {
    return null;
  }
}
