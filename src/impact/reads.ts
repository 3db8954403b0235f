import { functionIndex, type FunctionFacts } from "../classify/index.ts";
import type { Catalog, PgFunction } from "../pg/catalog.ts";
import { byFunction } from "../pg/by-function.ts";
import type { ClaimsSource } from "../pg/context.ts";
import { as, type Expr } from "../pg/expr/node.ts";
import { claimRead } from "../pg/expr/reads.ts";
import { relationsIn } from "../pg/expr/relations.ts";
import { callsBuiltin, nameParts, stringConst } from "../pg/expr/shape.ts";
import { walk } from "../pg/expr/walk.ts";
import type { QualifiedName } from "../pg/name.ts";

/** What a tree reads, in its own text alone. */
export interface Reads {
  relations: QualifiedName[];
  /** paths of claims */
  claims: string[][];
  /** names of custom settings, in lower case */
  settings: string[];
  /** the functions of the catalog that it may call */
  calls: FunctionFacts[];
  /** names of functions that are neither of the catalog nor of pg_catalog */
  unknown: string[];
  /** it reads the token in a way that names no claim, or a setting whose name is computed */
  wholeToken: boolean;
  /** values that another session would have: `session_user` */
  sessionValues: string[];
  /** built-in functions that give another value at each call */
  volatile: string[];
}

type FunctionIndex = ReturnType<typeof functionIndex>;

/** A catalog as the reads of its expressions are followed. */
export interface Known {
  catalog: Catalog;
  source: ClaimsSource;
  index: FunctionIndex;
  functionOf(facts: FunctionFacts): PgFunction | undefined;
}

export const knownOf = (catalog: Catalog, source: ClaimsSource, facts: readonly FunctionFacts[]): Known => ({
  catalog,
  source,
  index: functionIndex(facts),
  functionOf: byFunction(catalog.functions),
});

/** What a tree reads from the request and the database, without what its functions and relations read in turn. */
export function readsIn(tree: unknown, { source, index }: Known): Reads {
  const reads: Reads = {
    relations: relationsIn(tree),
    claims: [],
    settings: [],
    calls: [],
    unknown: [],
    wholeToken: false,
    sessionValues: [],
    volatile: [],
  };
  walk(tree, (node) => {
    const claim = claimRead(node, source);
    if (claim) {
      if (claim.path.length === 0) reads.wholeToken = true;
      else reads.claims.push(claim.path);
      return false;
    }
    const setting = callsBuiltin(node, "current_setting");
    if (setting) addSetting(reads, setting[0]);
    const value = as("SQLValueFunction", node)?.op;
    if (value !== undefined && SESSION_VALUES[value] !== undefined) reads.sessionValues.push(SESSION_VALUES[value]);
    const made = as("FuncCall", node);
    if (made && !setting) addCall(reads, nameParts(made.funcname), made.args ?? [], index);
    return true;
  });
  return reads;
}

/** Values of the session: the login is not that of the application. */
const SESSION_VALUES: Partial<Record<string, string>> = { SVFOP_SESSION_USER: "session_user" };

const SESSION_FUNCTIONS = new Set([
  "inet_client_addr",
  "inet_client_port",
  "inet_server_addr",
  "inet_server_port",
  "pg_backend_pid",
]);
const VOLATILE_FUNCTIONS = new Set([
  "random",
  "gen_random_uuid",
  "clock_timestamp",
  "timeofday",
  "nextval",
  "setval",
  "set_config",
]);

function addSetting(reads: Reads, name: Expr | undefined): void {
  const constant = stringConst(name)?.toLowerCase();
  // the token as text, or a setting whose name is computed
  if (constant === undefined || constant.startsWith("request.jwt.")) reads.wholeToken = true;
  else if (constant.includes(".")) reads.settings.push(constant);
}

function addCall(reads: Reads, parts: readonly string[], args: readonly Expr[], index: FunctionIndex): void {
  const [name = "", schema = null] = parts.toReversed();
  if (schema === null || schema === "pg_catalog") {
    if (SESSION_FUNCTIONS.has(name)) reads.sessionValues.push(name);
    if (VOLATILE_FUNCTIONS.has(name)) reads.volatile.push(name);
  }
  if (schema === "pg_catalog") return;
  const found = index.resolve({ schema, name, args }, null);
  if (found.length > 0) reads.calls.push(...found);
  else if (schema !== null) reads.unknown.push(parts.join("."));
}

/** Functions of pg_catalog that are no less than stable and that conditions call on values of the request. */
const STABLE_FUNCTIONS = new Set(
  "current_setting string_to_array lower upper btrim replace jsonb_extract_path jsonb_extract_path_text jsonb_typeof".split(
    " ",
  ),
);

/** True if the function that a node calls surely returns the same for the same arguments within a statement. */
export function isStable({ index, functionOf }: Known, node: Expr): boolean {
  const made = as("FuncCall", node);
  const [name = "", schema = null] = nameParts(made?.funcname).toReversed();
  const found = schema === "pg_catalog" ? [] : index.resolve({ schema, name, args: made?.args ?? [] }, null);
  if (found.length > 0) return found.every((facts) => (functionOf(facts)?.volatility ?? "volatile") !== "volatile");
  return (schema === null || schema === "pg_catalog") && STABLE_FUNCTIONS.has(name);
}
