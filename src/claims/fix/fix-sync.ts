import { sqlComment } from "../../pg/comment.ts";
import { dollarQuote, quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { quoteName } from "../../pg/name.ts";
import {
  noteOf,
  type SyncSource,
  activeSql,
  idOf,
  jsonbOf,
  partsOf,
  withClaims,
  withoutClaims,
} from "../source/index.ts";
import { columnsThatMatter, type SyncTrigger } from "../trigger/index.ts";

/** The triggers of a relation fire in the order of their names, so the last one decides. */
const TRIGGER = "zz_rlsmith_sync_claims";

/** The trigger that replaces older ones, and the statements that reverse this. */
export function syncLines(
  source: SyncSource,
  triggers: readonly SyncTrigger[],
  helpers: string,
): { up: string[]; down: string[] } {
  const relation = quoteName(source.relation);
  const fn = `${quoteName({ schema: helpers, name: functionName(source) })}()`;
  const drop = `drop trigger if exists ${quoteIdent(TRIGGER)} on ${relation};`;
  const earlier = triggers.find((trigger) => trigger.name === TRIGGER);
  const older = triggers.filter((trigger) => trigger !== earlier);
  const replaced = older.filter(({ onlySyncs }) => onlySyncs);
  const kept = older.filter(({ onlySyncs }) => !onlySyncs);
  const restored = (trigger: SyncTrigger): string[] => [
    `${trigger.definition};`,
    ...(trigger.firing === "O"
      ? []
      : [`alter table ${relation} ${FIRING[trigger.firing]} trigger ${quoteIdent(trigger.name)};`]),
  ];
  const up = [
    `create schema if not exists ${quoteIdent(helpers)};`,
    `revoke all on schema ${quoteIdent(helpers)} from public;`,
    "",
    syncFunction(source, fn),
    `revoke all on function ${fn} from public;`,
    `comment on function ${fn} is ${quoteLiteral(noteOf(source))};`,
    "",
    "-- Without a list of columns, so that it also fires where another trigger changes the row; the function compares the old row with the new one.",
    drop,
    `create trigger ${quoteIdent(TRIGGER)} after insert or update or delete on ${relation}\n  for each row execute function ${fn};`,
    ...replaced.map((trigger) => `drop trigger if exists ${quoteIdent(trigger.name)} on ${relation};`),
    ...kept.map((trigger) => sqlComment(`not dropped, since its function may do more than this: ${trigger.name}`)),
  ];
  const down = [
    drop,
    // The function of an earlier migration is replaced in place, because another trigger may call it too.
    ...(earlier && `${quoteName(earlier.made)}()` === fn ? [] : [`drop function if exists ${fn};`]),
    ...(earlier ? [...functionAsBefore(earlier.made), ...restored(earlier)] : []),
    ...replaced.flatMap((trigger) => [
      `drop trigger if exists ${quoteIdent(trigger.name)} on ${relation};`,
      ...restored(trigger),
    ]),
  ];
  return { up, down };
}

const FIRING = { A: "enable always", R: "enable replica", D: "disable" } as const;

/** The function of an earlier migration of this kind, which the new one replaces. */
function functionAsBefore({ schema, name, definition, comment }: SyncTrigger["made"]): string[] {
  const fn = `${quoteName({ schema, name })}()`;
  return [
    `${definition.trimEnd()};`,
    `revoke all on function ${fn} from public;`,
    `comment on function ${fn} is ${comment === null ? "null" : quoteLiteral(comment)};`,
  ];
}

// An identifier has at most 63 bytes.
const functionName = ({ relation }: SyncSource): string => `sync_claims_${relation.name}`.slice(0, 60);

/** The sync function. It reads the rows of the source with NEW first; in an AFTER trigger NEW is one of them. */
function syncFunction(source: SyncSource, fn: string): string {
  const parts = partsOf(source);
  const { relation, alias } = parts as { relation: string; alias: string };
  const claims = claimsOf(source);
  const values = valuesOf(source);
  const matter = columnsThatMatter(source).map(quoteIdent);
  const row = (record: string): string => `row(${matter.map((column) => `${record}.${column}`).join(", ")})`;
  const order = (source.relation.uniqueKeys[0] ?? []).map(quoteIdent);
  const rank = ["is_new desc", ...order.map((_, index) => `k${index}`)].join(", ");
  const keys = order.map((column, index) => `, ${column} as k${index}`).join("");
  const isNew =
    order.length === 0
      ? "false"
      : `(tg_op <> 'DELETE' and ${order.map((column) => `${column} = new.${column}`).join(" and ")})`;
  return `create or replace function ${fn} returns trigger
  language plpgsql security definer set search_path = ''
as ${dollarQuote(`
declare
  rlsmith_users uuid[];
  rlsmith_user uuid;
begin
  if tg_op = 'INSERT' then
    rlsmith_users := array[${idOf(source, "new.")}];
  elsif tg_op = 'DELETE' then
    rlsmith_users := array[${idOf(source, "old.")}];
  elsif ${row("old")} is not distinct from ${row("new")} then
    return null;
  else
    -- the user who lost the row loses the claims as well
    rlsmith_users := array[${idOf(source, "old.")}, ${idOf(source, "new.")}];
  end if;
  for rlsmith_user in select distinct t.id from unnest(rlsmith_users) t(id) where t.id is not null order by 1 loop
    update auth.users u
    set raw_app_meta_data = ${claims}
    from (
      select ${values}, ${isNew} as is_new${keys}
      from ${relation} as ${alias}
      where ${idOf(source)} = rlsmith_user and ${activeSql(source)}
      order by ${rank}
      limit 1
    ) fed
    where u.id = rlsmith_user;
    if not found then
      update auth.users u
      set raw_app_meta_data = ${withoutClaims("u.raw_app_meta_data", source.claims)}
      where u.id = rlsmith_user and ${parts["something"]};
    end if;
  end loop;
  return null;
end
`)};`;
}

/** The claims of a row, computed as the columns that `claimsOf` reads from `fed`. */
export const valuesOf = (source: SyncSource): string =>
  source.claims.map((claim, index) => `${jsonbOf(claim)} as c${index}`).join(", ");

/** The `raw_app_meta_data` of a user, set from `fed`. */
export const claimsOf = (source: SyncSource): string =>
  withClaims("u.raw_app_meta_data", source.claims, (claim) => `fed.c${source.claims.indexOf(claim)}`);
