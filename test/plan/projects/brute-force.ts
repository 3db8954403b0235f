import type { Db } from "../../../src/db/port.ts";
import { quoteIdent, quoteLiteral } from "../../../src/pg/identifier.ts";
import type { Project } from "./generate.ts";

export const ORGS = ["0a000000-0000-4000-8000-00000000000a", "0b000000-0000-4000-8000-00000000000b"] as const;
const USERS = ["1a000000-0000-4000-8000-00000000000a", "1b000000-0000-4000-8000-00000000000b"] as const;

/** Whoever asks, and what the session says. */
export interface Request {
  title: string;
  role: string;
  settings: Readonly<Record<string, string>>;
  /** the tenants of the token and of the memberships of its user */
  own: ReadonlySet<string>;
  /** the name of the regime of the proof that it is of; null: of none */
  regime: string | null;
  /** the request of the same role and token in which no variable was ever set */
  alone: string;
}

/** One statement on one row, and what became of it: by request, relation, command and row. */
export type Outcomes = ReadonlyMap<string, string>;

export interface Asked {
  request: Request;
  relation: string;
  command: "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MOVE";
  /** the tenants that the row is of, before and after the statement; empty for a row of none */
  tenants: readonly string[];
}

/** Rows of both tenants and of none, with two kinds and owners; and the memberships of the two users. */
export function rowsOf({ relations }: Project): string {
  const members = USERS.map((user, n) => `('${uuid(90 + n)}', '${user}', '${ORGS[n] ?? ""}', 'admin')`);
  const rows = tenantsOfRows.flatMap((org, n) => [
    `('${uuid(n * 2)}', ${org === "" ? "null" : `'${org}'`}, '${USERS[n % 2] ?? ""}', 'open')`,
    `('${uuid(n * 2 + 1)}', ${org === "" ? "null" : `'${org}'`}, null, 'secret')`,
  ]);
  return [
    `insert into public.members values ${members.join(", ")};`,
    ...relations.map((relation) => `insert into ${relation} (id, org_id, owner, kind) values ${rows.join(", ")};`),
  ].join("\n");
}

const tenantsOfRows = [ORGS[0], ORGS[1], ""];
const uuid = (n: number): string => `2a000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Requests without variables come first: a setting that was set once is never unset again on a connection. */
export function requestsOf({ shape }: Project): Request[] {
  const claims = (user: number, org: number | null, role: string): string =>
    JSON.stringify({
      sub: USERS[user],
      role: shape.role,
      app_metadata: { ...(org === null ? {} : { org_id: ORGS[org] }), role },
    });
  const made: Request[] = [];
  const add = (title: string, regime: string | null, own: readonly number[], settings: Request["settings"]): void => {
    const token = settings["request.jwt.claims"];
    const roles = token === undefined ? [shape.anonymous, shape.role] : [shape.role];
    for (const role of new Set(roles)) {
      const named = `${title}, as ${role}`;
      const alone =
        made.find((one) => one.role === role && one.settings["request.jwt.claims"] === token)?.title ?? named;
      made.push({ title: named, regime, role, settings, own: new Set(own.map((n) => ORGS[n] ?? "")), alone });
    }
  };
  const variables = (org: number, role: string): Request["settings"] => ({
    "app.org_id": ORGS[org] ?? "",
    "app.role": role,
  });
  add("nothing is set", "without context", [], {});
  for (const [user, org] of [
    [0, 0],
    [1, 1],
  ] as const)
    for (const role of ["admin", "clerk"]) {
      const token = { "request.jwt.claims": claims(user, org, role) };
      const who = `${role} of ${org}`;
      add(`${who}, token alone`, "without context", [org], token);
      add(`${who}, empty variables`, "without context", [org], { ...token, "app.org_id": "", "app.role": "" });
      add(`${who}, both`, "with context", [org], { ...token, ...variables(org, role) });
      add(`${who}, another tenant's variable`, "foreign app.org_id", [org], { ...token, ...variables(1 - org, role) });
      const other = role === "admin" ? "clerk" : "admin";
      add(`${who}, another role's variable`, "foreign app.role", [org], { ...token, ...variables(org, other) });
      add(`${who}, with the flag`, null, [org], { ...token, ...variables(org, role), "app.bypass": "on" });
    }
  add("a token without a tenant", "without context", [0], { "request.jwt.claims": claims(0, null, "admin") });
  add("a token without a tenant, a variable", "foreign app.org_id", [0], {
    "request.jwt.claims": claims(0, null, "admin"),
    ...variables(1, "admin"),
  });
  add("variables alone", null, [], variables(0, "admin"));
  return made.toSorted((a, b) => Object.keys(a.settings).length - Object.keys(b.settings).length);
}

const PROBE = `
  create schema probe;
  create function probe.try(statement text) returns text language plpgsql as $$
    declare n bigint;
    begin
      begin
        execute statement;
        get diagnostics n = row_count;
        raise exception using errcode = 'RB000', message = n;
      exception when sqlstate 'RB000' then return case when sqlerrm = '0' then 'deny' else 'allow' end;
      end;
    exception when others then return 'error ' || sqlstate;
    end $$;
  create function probe.all(statements text[]) returns text[] language sql as
    $$ select array_agg(probe.try(s) order by n) from unnest(statements) with ordinality as t(s, n) $$;
  grant usage on schema probe to public;`;

interface Statement {
  key: string;
  asked: Omit<Asked, "request">;
  sql: string;
}

function statementsOf({ relations }: Project): Statement[] {
  return relations.flatMap((relation) => [
    ...tenantsOfRows.flatMap((org, n) =>
      [n * 2, n * 2 + 1].flatMap((row): Statement[] => {
        const where = `where id = '${uuid(row)}'`;
        const target = org === ORGS[0] ? ORGS[1] : ORGS[0];
        const of = (command: Asked["command"], tenants: readonly string[], sql: string): Statement => ({
          key: `${relation} ${command} ${row}`,
          asked: { relation, command, tenants },
          sql,
        });
        return [
          of("SELECT", [org], `select 1 from ${relation} ${where}`),
          of("UPDATE", [org], `update ${relation} set title = 'y' ${where}`),
          of("MOVE", [org, target], `update ${relation} set org_id = '${target}' ${where}`),
          of("DELETE", [org], `delete from ${relation} ${where}`),
        ];
      }),
    ),
    ...tenantsOfRows.flatMap((org, n) =>
      ["open", "secret"].map((kind, index): Statement => {
        const values = `'${uuid(50 + n * 2 + index)}', ${org === "" ? "null" : `'${org}'`}, '${USERS[n % 2] ?? ""}', '${kind}'`;
        return {
          key: `${relation} INSERT ${org} ${kind}`,
          asked: { relation, command: "INSERT", tenants: [org] },
          sql: `insert into ${relation} (id, org_id, owner, kind) values (${values})`,
        };
      }),
    ),
  ]);
}

/**
 * Every request, every command and every row on a real PostgreSQL: `allow`, `deny`, or `error` with its SQLSTATE. The
 * database is one on whose connection no setting was ever set.
 */
export async function outcomes(db: Db, project: Project): Promise<{ asked: Map<string, Asked>; found: Outcomes }> {
  await db.exec(PROBE);
  const statements = statementsOf(project);
  const list = `array[${statements.map(({ sql }) => quoteLiteral(sql)).join(", ")}]`;
  const asked = new Map<string, Asked>();
  const found = new Map<string, string>();
  for (const request of requestsOf(project)) {
    await db.exec("begin");
    for (const [name, value] of Object.entries(request.settings))
      await db.query("select set_config($1, $2, true)", [name, value]);
    await db.exec(`set local role ${quoteIdent(request.role)}`);
    const [row] = await db.query<{ all: string[] }>(`select probe.all(${list}) as all`);
    await db.exec("rollback");
    statements.forEach(({ key, asked: what }, index) => {
      const whole = `${request.title}: ${key}`;
      asked.set(whole, { request, ...what });
      found.set(whole, row?.all[index] ?? "nothing");
    });
  }
  return { asked, found };
}
