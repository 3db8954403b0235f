import type { Finding } from "../finding.ts";
import { quoteIdent, quoteLiteral, quoteQualified } from "../pg/identifier.ts";
import { noteOf, type SyncSource } from "./source.ts";
import { columnsThatMatter, type SyncTrigger } from "./sync-trigger.ts";
import { activeSql, jsonbOf, partsOf, query, withClaims, withoutClaims } from "./sql.ts";

export interface FixOptions {
  /** the private schema that the function goes to */
  schema: string;
  /** whether the files open and commit their transaction themselves */
  ownTransaction: boolean;
  /** what the header of the up file says of the way back */
  rollbackFile: string;
}

/** Triggers of a relation fire in the order of their names: the last one has the last word. */
const TRIGGER = "zz_rlsmith_sync_claims";

/** Whether a finding is one that the migration mends. */
export const isMended = ({ code, severity }: Finding): boolean =>
  severity !== "info" &&
  ((code.startsWith("sync-") && code !== "sync-unknown") ||
    ["claims-stale", "claims-missing", "claims-orphaned"].includes(code));

/**
 * A migration that makes the sync complete and brings auth.users in step, and its way back. The trigger does by itself all that a sync has to;
 * older triggers go where they do nothing else. Safe to run twice. The back-fill is not undone: what it overwrote was wrong.
 */
export function renderFix(
  source: SyncSource,
  triggers: readonly SyncTrigger[],
  options: FixOptions,
): { up: string; down: string } {
  const { schema, name } = source.relation;
  const relation = quoteQualified(schema, name);
  const fn = `${quoteQualified(options.schema, functionName(source))}()`;
  const older = triggers.filter((trigger) => trigger.name !== TRIGGER);
  const replaced = older.filter(({ onlySyncs }) => onlySyncs);
  const kept = older.filter(({ onlySyncs }) => !onlySyncs);
  const drop = `drop trigger if exists ${quoteIdent(TRIGGER)} on ${relation};`;
  const up = [
    ...header(
      [
        `Keeps the claims in auth.users in step with ${schema}.${name}. Made by rlsmith; safe to run twice.`,
        `Way back: ${options.rollbackFile}`,
      ],
      options,
    ),
    "-- Refuses to run where the relation is not what was seen.",
    guard(source),
    "",
    `create schema if not exists ${quoteIdent(options.schema)};`,
    `revoke all on schema ${quoteIdent(options.schema)} from public;`,
    "",
    syncFunction(source, fn),
    `revoke all on function ${fn} from public;`,
    `comment on function ${fn} is ${quoteLiteral(noteOf(source))};`,
    "",
    "-- Without a list of columns, so that it also fires where another trigger changes the row; the function looks what changed.",
    drop,
    `create trigger ${quoteIdent(TRIGGER)} after insert or update or delete on ${relation}\n  for each row execute function ${fn};`,
    ...replaced.map((trigger) => `drop trigger if exists ${quoteIdent(trigger.name)} on ${relation};`),
    ...kept.map((trigger) =>
      `-- stays, since its function may do more than this: ${trigger.name}`.replaceAll("\n", " "),
    ),
    "",
    "-- Back-fill: only users whose claims differ are touched.",
    backfill(source),
    "",
    "-- Refuses to commit while somebody is out of step.",
    check(source),
  ];
  const down = [
    ...header(
      [
        `The way back: the triggers on ${schema}.${name} as they were. Made by rlsmith; safe to run twice.`,
        "The back-fill stays: what it overwrote was wrong.",
      ],
      options,
    ),
    drop,
    `drop function if exists ${fn};`,
    ...replaced.flatMap((trigger) => [
      `drop trigger if exists ${quoteIdent(trigger.name)} on ${relation};`,
      `${trigger.definition};`,
      ...(trigger.enabled ? [] : [`alter table ${relation} disable trigger ${quoteIdent(trigger.name)};`]),
    ]),
  ];
  return { up: closed(up, options), down: closed(down, options) };
}

function header(lines: readonly string[], options: FixOptions): string[] {
  return [
    ...lines.map((line) => `-- ${line}`.replaceAll("\n", " ")),
    "",
    ...(options.ownTransaction ? ["begin;", ""] : []),
    "-- Gives up rather than queue behind a long reader, where it would block everyone else.",
    "set local lock_timeout = '2s';",
    "",
  ];
}

const closed = (lines: readonly string[], options: FixOptions): string =>
  `${[...lines, ...(options.ownTransaction ? ["", "commit;"] : [])].join("\n").trimEnd()}\n`;

// an identifier has 63 bytes
const functionName = ({ relation }: SyncSource): string => `sync_claims_${relation.name}`.slice(0, 60);

function guard(source: SyncSource): string {
  const { schema, name } = source.relation;
  const rows = columnsThatMatter(source).map((column) => `(${quoteLiteral(column)})`);
  return `do $rlsmith$
declare
  missing text;
begin
  select string_agg(w.name, ', ') into missing
  from (values ${rows.join(", ")}) as w(name)
  where not exists (
    select from pg_catalog.pg_attribute a
    where a.attrelid = to_regclass(${quoteLiteral(quoteQualified(schema, name))}) and a.attname = w.name and not a.attisdropped
  );
  if missing is not null then
    raise exception 'rlsmith: % has no column %', ${quoteLiteral(`${schema}.${name}`)}, missing
      using hint = 'it was there when this file was written; run rlsmith claims --fix again';
  end if;
end
$rlsmith$;`;
}

/** Rows of the source as the sync sees them, newest knowledge first: NEW is one of them in an AFTER trigger. */
function syncFunction(source: SyncSource, fn: string): string {
  const parts = partsOf(source);
  const { relation, alias, user } = parts as { relation: string; alias: string; user: string };
  const claims = withClaims("u.raw_app_meta_data", source.claims, ({ path }) => `fed.c${indexOf(source, path)}`);
  const values = source.claims.map((claim, index) => `${jsonbOf(claim)} as c${index}`).join(", ");
  const matter = columnsThatMatter(source).map(quoteIdent);
  const row = (record: string): string => `row(${matter.map((column) => `${record}.${column}`).join(", ")})`;
  const uuid = source.relation.columns.some(({ name, type }) => name === source.user && type === "uuid");
  // as they are where both are uuid, so that the indexes serve
  const [type, cast, id] = uuid ? ["uuid", "", "u.id"] : ["text", "::text", "u.id::text"];
  const order = (source.relation.uniqueKeys[0] ?? []).map(quoteIdent);
  const rank = ["is_new desc", ...order.map((_, index) => `k${index}`)].join(", ");
  const keys = order.map((column, index) => `, ${column} as k${index}`).join("");
  const isNew =
    order.length === 0
      ? "false"
      : `(tg_op <> 'DELETE' and ${order.map((column) => `${column} = new.${column}`).join(" and ")})`;
  return `create or replace function ${fn} returns trigger
  language plpgsql security definer set search_path = ''
as $rlsmith$
declare
  rlsmith_users ${type}[];
  rlsmith_user ${type};
begin
  if tg_op = 'INSERT' then
    rlsmith_users := array[new.${user}${cast}];
  elsif tg_op = 'DELETE' then
    rlsmith_users := array[old.${user}${cast}];
  elsif ${row("old")} is not distinct from ${row("new")} then
    return null;
  else
    -- who lost the row loses the claims with it
    rlsmith_users := array[old.${user}${cast}, new.${user}${cast}];
  end if;
  for rlsmith_user in select distinct t.id from unnest(rlsmith_users) t(id) where t.id is not null order by 1 loop
    update auth.users u
    set raw_app_meta_data = ${claims}
    from (
      select ${values}, ${isNew} as is_new${keys}
      from ${relation} as ${alias}
      where ${user}${cast} = rlsmith_user and ${activeSql(source)}
      order by ${rank}
      limit 1
    ) fed
    where ${id} = rlsmith_user;
    if not found then
      update auth.users u
      set raw_app_meta_data = ${withoutClaims("u.raw_app_meta_data", source.claims)}
      where ${id} = rlsmith_user and ${parts["held"]} <> ${parts["nothing"]};
    end if;
  end loop;
  return null;
end
$rlsmith$;`;
}

const indexOf = (source: SyncSource, path: readonly string[]): number =>
  source.claims.findIndex((claim) => claim.path === path);

function backfill(source: SyncSource): string {
  const parts = partsOf(source);
  const { relation, alias, user } = parts as { relation: string; alias: string; user: string };
  const claims = withClaims("u.raw_app_meta_data", source.claims, ({ path }) => `fed.c${indexOf(source, path)}`);
  const values = source.claims.map((claim, index) => `${jsonbOf(claim)} as c${index}`).join(", ");
  const order = [`${user}::text`, ...(source.relation.uniqueKeys[0] ?? []).map(quoteIdent)].join(", ");
  return `update auth.users u
set raw_app_meta_data = ${claims}
from (
  select distinct on (${user}::text) ${user}::text as user_id, ${values}
  from ${relation} as ${alias}
  where ${activeSql(source)} and ${user} is not null
  order by ${order}
) fed
where u.id::text = fed.user_id
  -- several active rows: any of them will do
  and not exists (
    select from ${relation} as ${alias}
    where ${activeSql(source)} and ${user}::text = u.id::text and ${parts["held"]} = ${parts["expected"]}
  );

update auth.users u
set raw_app_meta_data = ${withoutClaims("u.raw_app_meta_data", source.claims)}
where ${parts["held"]} <> ${parts["nothing"]}
  and not exists (
    select from ${relation} as ${alias}
    where ${activeSql(source)} and ${user}::text = u.id::text
  );`;
}

function check(source: SyncSource): string {
  const states = query("states", partsOf(source)).trim().replaceAll("\n", "\n    ");
  return `do $rlsmith$
declare
  out_of_step bigint;
begin
  select coalesce(sum(s.total), 0) into out_of_step
  from (
    ${states}
  ) s
  where s.state in ('stale', 'missing', 'orphaned');
  if out_of_step > 0 then
    raise exception 'rlsmith: % users are still out of step', out_of_step
      using hint = 'nothing was changed; run rlsmith claims to see who';
  end if;
end
$rlsmith$;`;
}
