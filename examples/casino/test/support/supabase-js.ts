import type { ClientOptions, PostgrestError, SupabaseClient, User } from "@supabase/supabase-js";
import { verifyAccessToken, type AccessClaims } from "@/lib/auth/access-token";
import type { SqlClient } from "@/lib/db/sql";
import type { Database } from "@/types/database.types";
import { owner } from "./database";

/**
 * `createClient` of @supabase/supabase-js without the HTTP hop: each request is one transaction on the database of the
 * test, under the role and the claims of its token, as PostgREST runs it.
 */
export function createClient(_url: string, key: string, options: ClientOptions = {}): SupabaseClient<Database> {
  const authorization = options.global?.headers?.["Authorization"];
  const client = {
    from: (relation: string) => from(key, authorization, relation),
    // a call that nobody awaits is never sent
    rpc: (fn: string, args: Record<string, unknown>) => lazily(() => rpc(key, authorization, fn, args)),
    auth: { getUser: async () => getUser(authorization) },
  };
  return client as unknown as SupabaseClient<Database>;
}

type Answer = { data: unknown; error: null; status: number } | { data: null; error: PostgrestError; status: number };

/** What the builders of supabase-js are: a request that is sent by `then`, which `await` calls. */
const lazily = (send: () => Promise<Answer>): PromiseLike<Answer> => ({
  // oxlint-disable-next-line unicorn/no-thenable -- see above
  then: (...reactions) => send().then(...reactions),
});

const identifier = (name: string): string => {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new Error(`not a name: ${name}`);
  return `"${name}"`;
};

const columnsOf = (list: string): string =>
  list === "*"
    ? "*"
    : list
        .split(",")
        .map((one) => identifier(one.trim()))
        .join(", ");

/** Run statements as PostgREST does: one transaction, the role and the claims local to it. */
async function request(
  key: string,
  authorization: string | undefined,
  work: (sql: SqlClient) => Promise<Answer>,
): Promise<Answer> {
  let claims: AccessClaims | { role: string };
  try {
    claims = claimsFrom(key, authorization);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { data: null, error: { code: "PGRST301", message, details: null, hint: null }, status: 401 };
  }
  const sql = await owner().connect();
  try {
    await sql.query("begin");
    await sql.query("select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)", [
      claims.role,
      JSON.stringify(claims),
    ]);
    const answer = await work(sql);
    await sql.query(answer.error ? "rollback" : "commit");
    return answer;
  } catch (error) {
    await sql.query("rollback");
    return { data: null, error: postgrestError(error), status: 400 };
  } finally {
    sql.release();
  }
}

function claimsFrom(key: string, authorization: string | undefined): AccessClaims | { role: string } {
  if (authorization !== undefined) return verifyAccessToken(authorization.replace(/^Bearer /, ""));
  return { role: key === process.env["SUPABASE_SERVICE_ROLE_KEY"] ? "service_role" : "anon" };
}

function postgrestError(error: unknown): PostgrestError {
  const of = error as { code?: string; message?: string; detail?: string; hint?: string };
  if (of.code === undefined) throw error;
  return { code: of.code, message: of.message ?? "", details: of.detail ?? null, hint: of.hint ?? null };
}

interface Query {
  verb: "select" | "insert" | "update" | "delete";
  columns: string | null;
  values: Record<string, unknown>[];
  filters: { column: string; operator: string; value: unknown }[];
  order: string[];
  limit: number | null;
  one: "single" | "maybeSingle" | null;
}

const OPERATORS: Readonly<Record<string, string>> = {
  eq: "=",
  neq: "<>",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
  ilike: "ilike",
};

function from(key: string, authorization: string | undefined, relation: string): object {
  const query: Query = { verb: "select", columns: null, values: [], filters: [], order: [], limit: null, one: null };
  const builder: Record<string, unknown> = {
    select: (columns: string) => ((query.columns = columns), builder),
    insert: (values: object | object[]) => (
      (query.verb = "insert"),
      (query.values = [values].flat() as Query["values"]),
      builder
    ),
    update: (values: object) => (
      (query.verb = "update"),
      (query.values = [values as Query["values"][number]]),
      builder
    ),
    delete: () => ((query.verb = "delete"), builder),
    in: (column: string, value: unknown) => (query.filters.push({ column, operator: "in", value }), builder),
    is: (column: string, value: unknown) => (query.filters.push({ column, operator: "is", value }), builder),
    order: (column: string, { ascending = true }: { ascending?: boolean } = {}) => (
      query.order.push(`${identifier(column)} ${ascending ? "asc" : "desc"}`),
      builder
    ),
    limit: (count: number) => ((query.limit = count), builder),
    single: () => ((query.one = "single"), builder),
    maybeSingle: () => ((query.one = "maybeSingle"), builder),
    ...lazily(() => request(key, authorization, async (sql) => run(sql, relation, query))),
  };
  for (const operator of Object.keys(OPERATORS)) {
    builder[operator] = (column: string, value: unknown) => (query.filters.push({ column, operator, value }), builder);
  }
  return builder;
}

async function run(sql: SqlClient, relation: string, query: Query): Promise<Answer> {
  const { text, values } = statement(relation, query);
  const { rows } = await sql.query<{ rows: object[] }>(text, values);
  if (query.columns === null) return { data: null, error: null, status: 204 };
  const found = rows[0]?.rows ?? [];
  if (query.one === null) return { data: found, error: null, status: 200 };
  if (found.length === 1 || (found.length === 0 && query.one === "maybeSingle")) {
    return { data: found[0] ?? null, error: null, status: 200 };
  }
  const message = "JSON object requested, multiple (or no) rows returned";
  const error = { code: "PGRST116", message, details: `The result contains ${found.length} rows`, hint: null };
  return { data: null, error, status: 406 };
}

/** One statement whose only row holds all rows as JSON, which is what PostgREST sends. */
function statement(relation: string, query: Query): { text: string; values: unknown[] } {
  const name = `public.${identifier(relation)}`;
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const condition = query.filters.map(({ column, operator, value }) => {
    if (operator === "is") return `${identifier(column)} is ${value === null ? "null" : String(value === true)}`;
    if (operator === "in") return `${identifier(column)}::text = any (${parameter(value)}::text[])`;
    return `${identifier(column)} ${OPERATORS[operator]} ${parameter(value)}`;
  });
  const where = condition.length === 0 ? "" : ` where ${condition.join(" and ")}`;
  const columns = query.columns === null ? "" : columnsOf(query.columns);
  const asJson = (inner: string): string =>
    `with answer as (${inner}) select coalesce(jsonb_agg(answer), '[]') as rows from answer`;
  const written = [...new Set(query.values.flatMap((row) => Object.keys(row)))].map(identifier).join(", ");
  const returning = (inner: string): string => (columns === "" ? inner : asJson(`${inner} returning ${columns}`));

  if (query.verb === "select") {
    const order = query.order.length === 0 ? "" : ` order by ${query.order.join(", ")}`;
    const limit = query.limit === null ? "" : ` limit ${Number(query.limit)}`;
    return { text: asJson(`select ${columns} from ${name}${where}${order}${limit}`), values };
  }
  if (query.verb === "delete") return { text: returning(`delete from ${name}${where}`), values };
  if (query.verb === "insert") {
    const rows = parameter(JSON.stringify(query.values));
    const source = `select ${written} from jsonb_populate_recordset(null::${name}, ${rows}::text::jsonb)`;
    return { text: returning(`insert into ${name} (${written}) ${source}`), values };
  }
  const row = parameter(JSON.stringify(query.values[0]));
  const source = `select ${written} from jsonb_populate_record(null::${name}, ${row}::text::jsonb)`;
  return { text: returning(`update ${name} set (${written}) = (${source})${where}`), values };
}

async function rpc(
  key: string,
  authorization: string | undefined,
  fn: string,
  args: Record<string, unknown>,
): Promise<Answer> {
  const { rows } = await owner().query<{ kind: string }>(
    `select case when t.typtype = 'c' then 'row' when t.typname = 'void' then 'void' else 'scalar' end as kind
     from pg_proc p join pg_type t on t.oid = p.prorettype
     where p.pronamespace = 'public'::regnamespace and p.proname = $1`,
    [fn],
  );
  const kind = rows[0]?.kind;
  if (kind === undefined) {
    const message = `Could not find the function public.${fn} in the schema cache`;
    return { data: null, error: { code: "PGRST202", message, details: null, hint: null }, status: 404 };
  }
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const call = `public.${identifier(fn)}(${given.map(([name], index) => `${identifier(name)} => $${index + 1}`).join(", ")})`;
  return request(key, authorization, async (sql) => {
    const text = kind === "void" ? `select ${call}` : `select to_jsonb(answer) as data from ${call} as answer`;
    const answer = await sql.query<{ data?: unknown }>(
      text,
      given.map(([, value]) => value),
    );
    return {
      data: kind === "void" ? null : (answer.rows[0]?.data ?? null),
      error: null,
      status: kind === "void" ? 204 : 200,
    };
  });
}

/** What the authentication server answers: the row of the user, not the token. */
async function getUser(
  authorization: string | undefined,
): Promise<
  { data: { user: User }; error: null } | { data: { user: null }; error: { message: string; status: number } }
> {
  let claims: AccessClaims;
  try {
    claims = verifyAccessToken((authorization ?? "").replace(/^Bearer /, ""));
  } catch {
    return { data: { user: null }, error: { message: "invalid JWT", status: 401 } };
  }
  const { rows } = await owner().query<{ id: string; email: string; app_metadata: Record<string, unknown> }>(
    "select id, email, raw_app_meta_data as app_metadata from auth.users where id = $1",
    [claims.sub],
  );
  const user = rows[0];
  if (user === undefined) return { data: { user: null }, error: { message: "user not found", status: 403 } };
  return { data: { user }, error: null };
}
