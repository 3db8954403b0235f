import { finding, type Finding } from "../../finding.ts";
import { samePath } from "../../pg/context.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey } from "../../pg/name.ts";
import { firesOn, columnsThatMatter } from "../trigger/index.ts";
import type { Behaviour } from "../probe/index.ts";
import type { ClaimsFacts } from "../report.ts";
import type { SyncSource } from "../source/index.ts";
import type { Words } from "./words.ts";

const quoted = (names: Iterable<string>): string => [...new Set(names)].map((name) => `\`${name}\``).join(", ");

/** The faults of the sync trigger. */
export function syncFindings(facts: ClaimsFacts, source: SyncSource, words: Words): Finding[] {
  const { schema, name } = source.relation;
  const at: Finding["at"] = { kind: "relation", schema, relation: name };
  const hooked = behindHook(facts, source);
  if (facts.triggers.length === 0)
    return [
      finding(
        "sync-trigger-missing",
        hooked ? "info" : "error",
        at,
        `no trigger copies ${quoted(source.claims.map(({ path }) => path.join(".")))} from \`${nameKey(source.relation)}\` to auth.users${hooked ? ": a custom access token hook sets them" : ""}`,
        hooked ? null : FIX,
      ),
    ];
  const more = facts.triggers.flatMap(({ name: trigger, function: fn, unread }) =>
    unread.length === 0
      ? []
      : [
          finding(
            "sync-writes-more",
            "info",
            at,
            `the trigger \`${trigger}\` also changes claims in a way that rlsmith cannot read: \`${fn}\` has ${quoted(unread)}`,
            "check that no policy depends on them; --fix leaves this trigger in place",
          ),
        ],
  );
  const off = facts.triggers.filter(({ enabled }) => !enabled);
  const probed = facts.behaviour;
  // Another trigger may do all of the work.
  const covered = probed?.kind === "known" && probed.value.every(({ outcome }) => outcome.kind === "follows");
  const disabled = off.map((trigger) =>
    finding(
      "sync-trigger-disabled",
      covered ? "info" : "error",
      at,
      `the trigger \`${trigger.name}\` is disabled${covered ? "; another one writes the claims" : ", so the claims do not follow"}`,
      covered
        ? null
        : `ALTER TABLE ${nameKey(source.relation)} ENABLE TRIGGER ${identForReading(trigger.name)}, and fill in the claims that it missed: --fix`,
    ),
  );
  const found = [...disabled, ...more];
  if (off.length === facts.triggers.length) return found;
  if (probed?.kind === "known") {
    found.push(...byExecution(probed.value, source, at), ...untriedColumns(probed.value, facts, source, at));
    // Nothing but an insert could be tried.
    if (probed.value.every(({ what }) => what === "insert")) found.push(...missedEvents(facts, source, at));
  } else
    found.push(...byReading(facts, source, at, probed === null ? "nothing was tried" : words.cause(probed.because)));
  return found;
}

/** True if the sync was tried and does all of its work; findings of severity info are allowed. */
export const syncHolds = (facts: ClaimsFacts, source: SyncSource): boolean =>
  facts.behaviour?.kind === "known" &&
  syncFindings(facts, source, NO_WORDS).every(({ severity }) => severity === "info");

// Only the severities are read.
const NO_WORDS: Words = { cause: () => "", unsure: () => "" };

const FIX = "`rlsmith claims --fix` writes a migration that repairs the sync and fills in missing claims";

/**
 * True if a hook sets every claim that the column would supply. Then the column proves nothing, and a missing claim in
 * it is no fault.
 */
export const behindHook = (facts: ClaimsFacts, source: SyncSource): boolean =>
  facts.hooks.some(({ hook }) => source.claims.every(({ path }) => hook.sets.some((set) => samePath(set, path))));

const SHOWN = "tried on a scratch database";

function byExecution(behaviours: readonly Behaviour[], source: SyncSource, at: Finding["at"]): Finding[] {
  const found: Finding[] = [];
  const bad = (...what: Behaviour["what"][]): Behaviour[] =>
    behaviours.filter((one) => what.includes(one.what) && one.outcome.kind !== "follows");
  const failing = (one: Behaviour): boolean => one.outcome.kind === "ignored";
  const raised = new Map<string, string[]>();
  for (const { what, column, outcome } of behaviours) {
    const doing = `${WORDS[what]}${column === null ? "" : ` \`${column}\``}`;
    if (outcome.kind === "raised") {
      const message = `${outcome.sqlstate} ${outcome.message}`;
      raised.set(message, [...new Set([...(raised.get(message) ?? []), doing])]);
    }
    if (outcome.kind === "differs")
      found.push(
        finding(
          "sync-unknown",
          "warning",
          at,
          `after ${doing} the claims are not what was expected of the row (${SHOWN})`,
          "declare in `claimsSync` which column or expression feeds which claim",
        ),
      );
  }
  for (const [message, doing] of raised)
    found.push(
      finding(
        "sync-unknown",
        "warning",
        at,
        `the effect of the sync on ${doing.join(", ")} is unknown: the statement raised ${message} (${SHOWN})`,
        "the trigger may need rows that a scratch database does not have; try it yourself",
      ),
    );
  if (bad("insert").some(failing))
    found.push(finding("sync-misses-insert", "error", at, `a new active row gets no claims (${SHOWN})`, FIX));
  const missed = bad("update", "deactivate", "reactivate", "relink-old", "relink-new", "unlink").filter(
    ({ what, outcome }) =>
      outcome.kind === "not-fired" || (outcome.kind === "ignored" && (what === "update" || what === "reactivate")),
  );
  const columns = missed.flatMap(({ column }) => column ?? []);
  if (columns.length > 0) found.push(missesColumns(columns, source, at, SHOWN));
  const ignored = [...bad("deactivate"), ...bad("insert-inactive")].filter(failing);
  if (ignored.length > 0) found.push(ignoresStatus(source, at, SHOWN));
  if (bad("delete").some(failing))
    found.push(finding("sync-misses-delete", "error", at, `a deleted row's user keeps the claims (${SHOWN})`, FIX));
  if (bad("relink-old", "unlink").some(failing)) found.push(missesRelink(source, at, SHOWN));
  else if (bad("relink-new").some(failing)) found.push(missesColumns([source.user], source, at, SHOWN));
  if (behaviours.some(({ outcome }) => outcome.kind === "taken"))
    found.push(
      finding(
        "sync-takes-other-row",
        "error",
        at,
        `when one of a user's active rows is deactivated or deleted, the claims go, though another row gives them (${SHOWN})`,
        FIX,
      ),
    );
  return found;
}

/**
 * Columns that were not tried, because no second value is known. Whether the trigger fires for them is read from its
 * definition; its effect then is unknown.
 */
function untriedColumns(
  behaviours: readonly Behaviour[],
  facts: ClaimsFacts,
  source: SyncSource,
  at: Finding["at"],
): Finding[] {
  const untried = behaviours.flatMap(({ column, outcome }) => (outcome.kind === "untried" ? (column ?? []) : []));
  const fires = (column: string): boolean =>
    facts.triggers.some((trigger) => trigger.enabled && firesOn(source.relation, trigger, column));
  const missed = untried.filter((column) => !fires(column));
  const unknown = untried.filter(fires);
  return [
    ...(missed.length > 0 ? [missesColumns(missed, source, at, "read from the trigger")] : []),
    ...(unknown.length > 0
      ? [
          finding(
            "sync-unknown",
            "warning",
            at,
            `the effect of the sync on an update of ${quoted(unknown)} was not tried: no other value for the column was found`,
            "try it yourself",
          ),
        ]
      : []),
  ];
}

const WORDS: Record<Behaviour["what"], string> = {
  insert: "an insert",
  "insert-inactive": "an insert of a row made inactive by",
  update: "an update of",
  deactivate: "an update that deactivates by",
  reactivate: "an update that activates by",
  delete: "a delete",
  "relink-old": "a change of",
  "relink-new": "a change of",
  unlink: "an update to NULL of",
  "deactivate-one": "an update that deactivates one of two rows by",
  "delete-one": "a delete of one of two rows",
};

/** Findings from the trigger's events and the text of its function, where nothing could be tried. */
function byReading(facts: ClaimsFacts, source: SyncSource, at: Finding["at"], why: string): Finding[] {
  const found = [
    finding(
      "sync-unknown",
      "warning",
      at,
      `the sync could not be tried, only read: ${why}`,
      "read its function, and check its effect on each row",
    ),
  ];
  found.push(...missedEvents(facts, source, at));
  if (!facts.triggers.some(({ enabled, clears }) => enabled && clears)) {
    const body = "read from the function, which removes claims only when a row is deleted";
    if (source.active !== null) found.push(ignoresStatus(source, at, body));
    found.push(missesRelink(source, at, body));
  }
  return found;
}

/** Events for which no trigger fires. */
function missedEvents(facts: ClaimsFacts, source: SyncSource, at: Finding["at"]): Finding[] {
  const on = facts.triggers.filter(({ enabled }) => enabled);
  const shown = "read from the trigger";
  const found: Finding[] = [];
  if (!on.some(({ onInsert }) => onInsert))
    found.push(finding("sync-misses-insert", "error", at, `a new active row gets no claims (${shown})`, FIX));
  const missed = columnsThatMatter(source).filter(
    (column) => !on.some((trigger) => firesOn(source.relation, trigger, column)),
  );
  if (missed.length > 0) found.push(missesColumns(missed, source, at, shown));
  if (!on.some(({ onDelete }) => onDelete))
    found.push(finding("sync-misses-delete", "error", at, `a deleted row's user keeps the claims (${shown})`, FIX));
  return found;
}

function missesColumns(columns: readonly string[], source: SyncSource, at: Finding["at"], shown: string): Finding {
  const key = source.relation.uniqueKeys[0] ?? [];
  const mere = columns.every((column) => key.includes(column) && (column !== source.user || userIsKey(source)));
  return finding(
    "sync-misses-column",
    mere ? "info" : "error",
    at,
    `an update of ${quoted(columns)} does not reach the claims${mere ? "; it is the primary key, which seldom changes" : ""} (${shown})`,
    mere ? null : FIX,
  );
}

const ignoresStatus = (source: SyncSource, at: Finding["at"], shown: string): Finding =>
  finding(
    "sync-ignores-status",
    "error",
    at,
    `a deactivated member keeps the claims: active is \`${source.active?.sql ?? ""}\`${
      source.active?.from === "column name" ? ", by the column's name" : ""
    } (${shown})`,
    source.active?.from === "column name"
      ? `${FIX}; if the column means something else, declare \`claimsSync.active\``
      : FIX,
  );

/** True if the user's id is the primary key itself, as in a table of profiles. */
const userIsKey = ({ relation, user }: SyncSource): boolean =>
  relation.uniqueKeys[0]?.length === 1 &&
  relation.uniqueKeys[0][0] === user &&
  relation.columns.some(({ name, notNull }) => name === user && notNull);

function missesRelink(source: SyncSource, at: Finding["at"], shown: string): Finding {
  const mere = userIsKey(source);
  return finding(
    "sync-misses-relink",
    mere ? "info" : "error",
    at,
    `when \`${source.user}\` moves to another user${mere ? "" : " or to none"}, the old user keeps the claims${mere ? "; it is the primary key, which seldom changes" : ""} (${shown})`,
    mere ? null : FIX,
  );
}
