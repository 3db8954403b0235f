import { as } from "../pg/expr/node.ts";
import { parseStatements } from "../pg/expr/parse.ts";
import { quoteIdent } from "../pg/identifier.ts";
import { isContrib } from "./extensions.ts";

/** An extension that could not be loaded, and what took its place. */
export interface StandIn {
  extension: string;
  reason: string;
}

// What policies and tables may name of an extension. The bootstrap has the schemas of pg_cron, pg_net and vault already.
const TYPES: Record<string, readonly string[]> = {
  vector: ["vector", "halfvec", "sparsevec"],
  postgis: ["geometry", "geography", "box2d", "box3d"],
  http: [],
  pg_cron: [],
  pg_net: [],
  supabase_vault: [],
  pgsodium: [],
  pg_graphql: [],
  pgmq: [],
};

/**
 * What to run instead of a CREATE EXTENSION that the embedded database cannot load: types by the extension's names, as domains over text,
 * so that tables keep their columns. Null for any other statement. On a server the real extension is tried first.
 */
export function standInFor(text: string, engine: "embedded" | "server"): { sql: string; standIn: StandIn } | null {
  if (!/^\s*(create|comment\s+on|alter)\s+extension\b/i.test(text)) return null;
  let name: string | undefined;
  let schema = "extensions";
  try {
    const stmt = parseStatements(text)[0]?.stmt;
    const create = as("CreateExtensionStmt", stmt);
    name = create?.extname;
    for (const option of create?.options ?? []) {
      const element = as("DefElem", option);
      if (element?.defname === "schema") schema = as("String", element.arg)?.sval ?? schema;
    }
  } catch {
    return null;
  }
  if (name === undefined || name === "plpgsql" || isContrib(name)) return null;
  const types = TYPES[name] ?? [];
  const sql = types
    .map(
      (type) =>
        `do $$ begin create domain ${quoteIdent(schema)}.${quoteIdent(type)} as text; exception when duplicate_object then null; end $$`,
    )
    .join("; ");
  const what =
    types.length === 0
      ? "a stand-in without its functions"
      : `types ${types.join(", ")} as text, without its functions`;
  return {
    sql: sql === "" ? "select" : sql,
    standIn: {
      extension: name,
      reason: `${engine === "embedded" ? "the embedded database does not ship it" : "the server does not have it"}; ${what}`,
    },
  };
}
