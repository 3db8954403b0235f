import { distinctPaths, type ClaimsSource, type ContextMap } from "../../pg/context.ts";
import { dollarQuote, quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { quoteName, shownName } from "../../pg/name.ts";

/** The schema of the recorder, which holds nothing else. */
export const RECORDER = "rlsmith_recorder";

/** The role of requests by roles that the recorder was not made for. */
export const OTHER_ROLE = "other";

/** What a counter counts; the comment of its materialized view holds it as JSON. */
export interface Counted {
  role: string;
  counts: "requests" | "keys" | "without" | "stale";
  /** of `without`: the claim, as a dotted name */
  claim: string | null;
}

/** What the recorder is made for. */
export interface RecorderOptions {
  /** the roles of requests: `anon`, `authenticated`, `service_role` */
  roles: readonly string[];
  /** the login role of PostgREST, whose `pgrst.db_pre_request` is set; null: the application calls the function itself */
  login: string | null;
  /**
   * the value that `pgrst.db_pre_request` has now, which PostgREST reads as a schema, a dot and a name, all without
   * quotes: the function is called after the recorder, by the role of the request
   */
  preRequest: string | null;
}

/**
 * The SQL that installs the recorder, and the SQL that removes it. It is a function, `rlsmith_recorder.request()`, that
 * PostgREST calls before each request, and that an application with a driver of its own calls after it has set the role
 * and the claims. It counts by role: requests, those with an opaque key, those without each mapped claim, those whose
 * token is older than the change. It keeps no value, no id and no time.
 *
 * A counter is the number of scans of an empty materialized view, which the server counts by itself. The reasons, as
 * measured on PostgreSQL 15 and 18: PostgREST runs GET in a READ ONLY transaction. There INSERT, `nextval` and CREATE
 * TEMP TABLE raise 25006. `pg_notify` works, and takes a lock of the whole server at COMMIT. `pg_logical_emit_message`
 * works, and can be read through a replication slot alone. RAISE LOG works, and writes a line for each request to a log
 * that not every login may read. A scan works in a READ ONLY transaction and on a standby, writes nothing, and takes no
 * lock that another request waits for. It is counted even if the request is rolled back, as a denied one is. Backends add
 * their counts to the shared ones about once a second, and an idle one within ten seconds. Neither pg_dump nor VACUUM
 * and ANALYZE scan a materialized view (pg_dump scans a table). A crash or `pg_stat_reset` loses the counters, which the
 * reading notices. Whoever may execute SQL as a role of requests can call the function as well, and so add requests that
 * there were not; nobody can take any away.
 *
 * PostgREST reads the setting anew when it gets the message of the down migration, after its COMMIT: requests of the
 * moment between them fail, since the function is gone. To have none, reset the setting first, and then run it.
 */
export function recorderMigration(context: ContextMap, options: RecorderOptions): { up: string; down: string } {
  const claims = distinctPaths(context.variables.map(({ claim }) => claim).filter((claim) => claim.length > 0));
  const roles = [...new Set(options.roles.filter((role) => role !== OTHER_ROLE)), OTHER_ROLE];
  const counters = countersFor(roles, claims);
  const counting = options.preRequest === null ? "request" : "count_request";
  const up = [
    `create schema ${RECORDER};`,
    `grant usage on schema ${RECORDER} to public;`,
    ...(context.claims.kind === "setting" ? [] : [checked(context.claims)]),
    appliedAt(null),
    ...counters.flatMap(({ view, ...counted }) => [
      `create materialized view ${view} as select 1 as nothing where false;`,
      `comment on materialized view ${view} is ${quoteLiteral(JSON.stringify(counted))};`,
    ]),
    // the role of a request may not read the counters, and its search path is not trusted
    `create function ${of(counting)}() returns void language plpgsql security definer set search_path = '' as ${dollarQuote(bodyOf(context.claims, roles, claims, counters))};`,
    ...(options.preRequest === null ? [] : [chained(options.preRequest)]),
    ...(options.login === null ? [] : settingOf(options.login, `${RECORDER}.request`)),
  ];
  const down = [
    ...(options.login === null ? [] : settingOf(options.login, options.preRequest)),
    `drop function ${of("request")}();`,
    ...(options.preRequest === null ? [] : [`drop function ${of(counting)}();`]),
    ...counters.map(({ view }) => `drop materialized view ${view};`),
    `drop function ${of("applied_at")}();`,
    `drop schema ${RECORDER};`,
  ];
  return { up: `${up.join("\n")}\n`, down: `${down.join("\n")}\n` };
}

/**
 * The statement that records when the plan was applied, in seconds since 1970. The planner puts the constant in place of
 * the call: to read it from a table would add 37 µs to the 40 µs of a request (measured on 18).
 */
export const appliedAt = (seconds: number | null): string =>
  `create or replace function ${of("applied_at")}() returns numeric language sql immutable as 'select ${seconds ?? "null"}::numeric';`;

const of = (name: string): string => quoteName({ schema: RECORDER, name });

/** Each connection of rlsmith's has an application_name that begins so, as in the log. */
const OWN_APPLICATION = "rlsmith";

interface Counter extends Counted {
  /** the name of its materialized view, for SQL */
  view: string;
}

const countersFor = (roles: readonly string[], claims: readonly string[][]): Counter[] =>
  roles
    .flatMap((role): Counted[] => [
      { role, counts: "requests", claim: null },
      { role, counts: "keys", claim: null },
      ...claims.map((claim): Counted => ({ role, counts: "without", claim: shownName(claim) })),
      { role, counts: "stale", claim: null },
    ])
    .map((counted, index) => ({ ...counted, view: of(`counter_${index + 1}`) }));

/** `pgrst.db_pre_request` of the login, and the message after which PostgREST reads it. */
const settingOf = (login: string, value: string | null): string[] => [
  value === null
    ? `alter role ${quoteIdent(login)} reset pgrst.db_pre_request;`
    : `alter role ${quoteIdent(login)} set pgrst.db_pre_request = ${quoteLiteral(value)};`,
  "notify pgrst, 'reload config';",
];

/** Not a function of the definer, so that the other one is executed by the role of the request. */
const chained = (preRequest: string): string =>
  `create function ${of("request")}() returns void language plpgsql as ${dollarQuote(`
begin
  perform ${of("count_request")}();
  perform ${calledBy(preRequest)}();
end
`)};`;

/** The function as PostgREST calls it; without a schema, the search path of the request decides. */
function calledBy(preRequest: string): string {
  const dot = preRequest.indexOf(".");
  return dot === -1
    ? quoteIdent(preRequest)
    : quoteName({ schema: preRequest.slice(0, dot), name: preRequest.slice(dot + 1) });
}

/** An owner who may not read the token, or a function that needs a search path, would make every request one without claims. */
const checked = (claims: ClaimsSource): string =>
  `do ${dollarQuote(`
declare
  searched text := current_setting('search_path');
begin
  perform set_config('search_path', '', true);
  perform ${sourceOf(claims)};
  perform set_config('search_path', searched, true);
end
`)};`;

const sourceOf = (claims: ClaimsSource): string =>
  claims.kind === "function"
    ? `${quoteName(claims)}()::jsonb`
    : `nullif(current_setting(${quoteLiteral(claims.setting)}, true), '')::jsonb`;

function bodyOf(
  source: ClaimsSource,
  roles: readonly string[],
  claims: readonly string[][],
  counters: readonly Counter[],
): string {
  const count = (role: string, counts: Counted["counts"], claim: string | null = null): string =>
    `perform 1 from ${counters.find((one) => one.role === role && one.counts === counts && one.claim === claim)?.view};`;
  const ofRole = (role: string): string[] => [
    count(role, "requests"),
    "if is_key then",
    `  ${count(role, "keys")}`,
    "else",
    ...claims.flatMap((claim) => [
      `  if coalesce(claims #>> array[${claim.map((key) => quoteLiteral(key)).join(", ")}], '') = '' then`,
      `    ${count(role, "without", shownName(claim))}`,
      "  end if;",
    ]),
    "  if is_stale then",
    `    ${count(role, "stale")}`,
    "  end if;",
    "end if;",
  ];
  const indented = (by: number, lines: readonly string[]): string =>
    lines.map((line) => " ".repeat(by) + line).join("\n");
  return `
declare
  -- current_user is the owner here
  requester text := current_setting('role');
  claims jsonb;
  headers jsonb;
  is_key boolean := false;
  is_stale boolean := false;
begin
  -- an attack by rlsmith itself calls every function, and is no request
  if current_setting('application_name') like '${OWN_APPLICATION}%' then
    return;
  end if;
  if requester = 'none' then
    requester := session_user;
  end if;
  begin
    claims := ${sourceOf(source)};
    if claims ->> 'sub' is null then
      -- Supabase's new keys are no tokens. Behind them is no user, unless a token came as well.
      headers := nullif(current_setting('request.headers', true), '')::jsonb;
      is_key := coalesce(headers ->> 'apikey' ~ '^sb_(publishable|secret)_', false)
        or coalesce(headers ->> 'authorization' ~* '^bearer sb_(publishable|secret)_', false);
    end if;
  exception when others then
    -- a request is never refused because of the recorder; what cannot be read has no claims
    null;
  end;
  begin
    if jsonb_typeof(claims -> 'iat') = 'number' then
      is_stale := coalesce((claims ->> 'iat')::numeric < ${of("applied_at")}(), false);
    end if;
    case requester
${roles
  .filter((role) => role !== OTHER_ROLE)
  .map((role) => `      when ${quoteLiteral(role)} then\n${indented(8, ofRole(role))}\n`)
  .join("")}      else
${indented(8, ofRole(OTHER_ROLE))}
    end case;
  exception when others then
    -- a dump of the schema alone is restored with views that cannot be scanned
    null;
  end;
end
`;
}
