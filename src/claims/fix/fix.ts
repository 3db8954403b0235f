import type { Finding } from "../../finding.ts";
import { sqlComment } from "../../pg/comment.ts";
import { dollarQuote, quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { nameKey, quoteName } from "../../pg/name.ts";
import type { SyncedClaim, SyncSource } from "../source/index.ts";
import { claimsOf, syncLines, valuesOf } from "./fix-sync.ts";
import { columnsThatMatter, type SyncTrigger } from "../trigger/index.ts";
import { activeSql, idOf, partsOf, query, withoutClaims } from "../source/index.ts";

export interface FixOptions {
  /** the private schema of the function */
  schema: string;
  /** true if the files begin and commit their transaction themselves */
  ownTransaction: boolean;
  /** the text about the down migration in the header of the up file */
  rollbackFile: string;
  /** false if the sync is complete: then the claims are only filled in */
  repairsSync: boolean;
}

/** True if the migration corrects the finding. */
export const isMended = ({ code, severity }: Finding): boolean => severity !== "info" && MENDED.has(code);

const MENDED: ReadonlySet<Finding["code"]> = new Set<Finding["code"]>([
  "sync-trigger-missing",
  "sync-trigger-disabled",
  "sync-misses-insert",
  "sync-misses-column",
  "sync-misses-delete",
  "sync-misses-relink",
  "sync-ignores-status",
  "sync-takes-other-row",
  "sync-writes-more",
  "claims-stale",
  "claims-missing",
  "claims-orphaned",
]);

/** True if the migration can fill in a claim. It leaves claims alone that users write themselves. */
const isFilled = ({ path }: SyncedClaim): boolean => path[0] === "app_metadata";

/** True if a source has a claim that the migration could write. */
export const isFixable = (source: SyncSource): boolean => source.claims.some(isFilled);

/**
 * A migration that makes the sync complete and updates auth.users, and its down migration. The new trigger does by
 * itself all that a sync has to do; older triggers are dropped if they do nothing else. Safe to run twice. The
 * back-fill is not reversed, because the values that it overwrote were wrong.
 */
export function renderFix(
  declared: SyncSource,
  triggers: readonly SyncTrigger[],
  options: FixOptions,
): { up: string; down: string } {
  const source = { ...declared, claims: declared.claims.filter(isFilled) };
  const relation = nameKey(source.relation);
  const sync = options.repairsSync ? syncLines(source, triggers, options.schema) : null;
  const up = [
    ...header(
      [
        `${sync ? "Keeps the" : "Brings the"} claims in auth.users in step with ${relation}. Made by rlsmith; safe to run twice.`,
        `Undo: ${options.rollbackFile}`,
        ...declared.claims.flatMap((claim) =>
          isFilled(claim) ? [] : [`Left out, since every user can write it: ${claim.path.join(".")}`],
        ),
      ],
      options,
    ),
    "-- Fails if a column that this file needs does not exist.",
    guard(source),
    "",
    ...(sync ? [...sync.up, ""] : []),
    "-- Back-fill: updates only the users whose claims differ.",
    backfill(source),
    "",
    "-- Fails while the claims of any user differ from the rows.",
    check(source),
  ];
  const down = [
    ...header(
      [
        sync
          ? `Restores the triggers on ${relation} as they were. Made by rlsmith; safe to run twice.`
          : "There is nothing to restore. Made by rlsmith.",
        "The back-fill is not undone: the claims that it overwrote were wrong.",
      ],
      options,
    ),
    ...(sync?.down ?? []),
  ];
  return { up: closed(up, options), down: closed(down, options) };
}

function header(lines: readonly string[], options: FixOptions): string[] {
  return [
    ...lines.map(sqlComment),
    "",
    ...(options.ownTransaction ? ["begin;", ""] : []),
    "-- Fails rather than wait behind a long transaction, where it would block all other statements.",
    "set local lock_timeout = '2s';",
    "",
  ];
}

const closed = (lines: readonly string[], options: FixOptions): string =>
  `${[...lines, ...(options.ownTransaction ? ["", "commit;"] : [])].join("\n").trimEnd()}\n`;

function guard(source: SyncSource): string {
  const rows = columnsThatMatter(source).map((column) => `(${quoteLiteral(column)})`);
  return doBlock(`
declare
  missing text;
begin
  select string_agg(w.name, ', ') into missing
  from (values ${rows.join(", ")}) as w(name)
  where not exists (
    select from pg_catalog.pg_attribute a
    where a.attrelid = to_regclass(${quoteLiteral(quoteName(source.relation))}) and a.attname = w.name and not a.attisdropped
  );
  if missing is not null then
    raise exception 'rlsmith: % has no column %', ${quoteLiteral(nameKey(source.relation))}, missing
      using hint = 'it existed when this file was written; run rlsmith claims --fix again';
  end if;
end
`);
}

function backfill(source: SyncSource): string {
  const parts = partsOf(source);
  const { relation, alias } = parts as { relation: string; alias: string };
  const claims = claimsOf(source);
  const values = valuesOf(source);
  const order = ["1", ...(source.relation.uniqueKeys[0] ?? []).map(quoteIdent)].join(", ");
  return `update auth.users u
set raw_app_meta_data = ${claims}
from (
  select distinct on (1) ${idOf(source)} as user_id, ${values}
  from ${relation} as ${alias}
  where ${activeSql(source)} and ${idOf(source)} is not null
  order by ${order}
) fed
where u.id = fed.user_id
  -- with several active rows, the claims may be those of any of them
  and not exists (
    select from ${relation} as ${alias}
    where ${activeSql(source)} and ${idOf(source)} = u.id and ${parts["held"]} = ${parts["expected"]}
  );

update auth.users u
set raw_app_meta_data = ${withoutClaims("u.raw_app_meta_data", source.claims)}
where ${parts["something"]}
  and not exists (
    select from ${relation} as ${alias}
    where ${activeSql(source)} and ${idOf(source)} = u.id
  );`;
}

function check(source: SyncSource): string {
  const states = query("states", partsOf(source), "    ").trim();
  return doBlock(`
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
`);
}

/** The texts inside may contain any dollar-quote tag. */
const doBlock = (body: string): string => `do ${dollarQuote(body)};`;
