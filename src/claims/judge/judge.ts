import { finding, type Finding } from "../../finding.ts";
import { samePath } from "../../pg/context.ts";
import { nameKey } from "../../pg/name.ts";
import { activeFindings, memberFindings, users } from "./members.ts";
import { syncFindings } from "./sync.ts";
import { unknownFinding } from "./unknown.ts";
import { misplaced, overwriterFindings } from "./written.ts";
import type { ClaimsFacts } from "../report.ts";
import type { Cause } from "../cause.ts";
import { DECLARE_SOURCE, type Words } from "./words.ts";
import type { SyncSource } from "../source/index.ts";

const DATABASE: Finding["at"] = { kind: "database" };
const quoted = (names: Iterable<string>): string => [...new Set(names)].map((name) => `\`${name}\``).join(", ");

/** The findings about the claims of a database, most severe first; `words`: for the causes that they quote. Pure. */
export function claimsFindings(facts: ClaimsFacts, words: Words): Finding[] {
  const source = facts.source.kind === "known" ? facts.source.value : null;
  const found = [
    ...(facts.source.kind === "unknown" ? noSource(facts, facts.source.because, words) : []),
    ...(source === null
      ? []
      : [
          ...activeFindings(source, words),
          ...syncFindings(facts, source, words),
          ...memberFindings(facts, source, words),
        ]),
    ...notSynced(facts, source),
    ...userMetadata(facts, source, words),
    ...setterFindings(facts),
    ...overwriterFindings(facts),
    ...hookFindings(facts, source, words),
    ...tokenFindings(facts, words),
  ];
  const rank = { error: 0, warning: 1, info: 2 };
  return found.toSorted((a, b) => rank[a.severity] - rank[b.severity]);
}

function noSource(facts: ClaimsFacts, because: Cause, words: Words): Finding[] {
  const why = words.cause(because);
  if (facts.readClaims.length === 0 && facts.writers.length === 0 && facts.hooks.length === 0)
    return [
      finding("claims-source-unknown", "warning", DATABASE, `nothing reads or writes claims: ${why}`, DECLARE_SOURCE),
    ];
  const open = facts.readClaims.filter((path) => !hookSets(facts, path));
  const elsewhere = misplaced(facts, open);
  const unread = open.filter((path) => !elsewhere.paths.includes(path));
  if (because.kind === "no trigger" && unread.length > 0)
    return [
      ...elsewhere.found,
      finding(
        "sync-trigger-missing",
        "error",
        DATABASE,
        `policies and functions read ${quoted(unread.map((path) => path.join(".")))}, and ${why}`,
        `${DECLARE_SOURCE}; then --fix can write the trigger`,
      ),
    ];
  const severity = unread.length === 0 && facts.hooks.length > 0 ? "info" : "warning";
  return [
    ...elsewhere.found,
    finding("claims-source-unknown", severity, DATABASE, `the source of the claims is unknown: ${why}`, DECLARE_SOURCE),
  ];
}

const hookSets = (facts: ClaimsFacts, path: readonly string[]): boolean =>
  facts.hooks.some(({ hook }) => hook.sets.some((set) => samePath(set, path)));

/** Claims that are read but never written. */
function notSynced(facts: ClaimsFacts, source: SyncSource | null): Finding[] {
  if (source === null) return [];
  const open = facts.readClaims.filter((path) => {
    // An object that is written as a whole supplies its members, and the other way round.
    const covered = source.claims.some((claim) => {
      const depth = Math.min(claim.path.length, path.length);
      return samePath(claim.path.slice(0, depth), path.slice(0, depth));
    });
    return !covered && !hookSets(facts, path);
  });
  return open.length === 0
    ? []
    : [
        finding(
          "claim-not-synced",
          "warning",
          DATABASE,
          `policies and functions read ${quoted(open.map((path) => path.join(".")))}, which the sync does not write`,
          "find out what writes it, or add it to `claimsSync.claims`",
        ),
      ];
}

function userMetadata(facts: ClaimsFacts, source: SyncSource | null, words: Words): Finding[] {
  const found = facts.readsUserMetadata.map(({ behindPolicy, at, claims }) =>
    finding(
      "claims-in-user-metadata",
      "error",
      at,
      `the ${at.kind}${behindPolicy ? ", which a policy calls," : ""} reads ${quoted(claims)}, which every user can write`,
      "keep values that decide access in app_metadata, which only the server writes",
    ),
  );
  const own = source?.claims.filter(({ path }) => path[0] === "user_metadata") ?? [];
  if (own.length > 0)
    found.push(
      finding(
        "claims-in-user-metadata",
        "error",
        DATABASE,
        `the source feeds ${quoted(own.map(({ path }) => path.join(".")))}, which every user can overwrite`,
        "keep values that decide access in app_metadata, which only the server writes",
      ),
    );
  const { ownMetadata } = facts;
  if (ownMetadata?.kind === "known" && ownMetadata.value.total > 0)
    found.push(
      finding(
        "claims-in-user-metadata",
        facts.readsUserMetadata.length > 0 ? "error" : "info",
        { kind: "column", schema: "auth", relation: "users", column: "raw_user_meta_data" },
        `a key of a synced claim is in the metadata that users write: ${users(ownMetadata.value)}`,
        facts.readsUserMetadata.length > 0 ? null : "no policy reads it; check that no application code does",
      ),
    );
  return [...found, ...unknownFinding("user metadata", ownMetadata, words)];
}

/** Functions by which users can write app_metadata. */
const setterFindings = ({ setters }: ClaimsFacts): Finding[] =>
  setters.map(({ schema, name, identityArguments, roles, guarded }) =>
    finding(
      "claims-settable",
      guarded ? "warning" : "error",
      { kind: "function", schema, name, identityArguments },
      `${quoted(roles)} may execute it, and it writes app_metadata from its arguments${
        guarded ? ": read the condition under which it writes" : ": its caller chooses the claims"
      }`,
      "revoke EXECUTE from public, anon and authenticated, or let it read the values from tables",
    ),
  );

function hookFindings(facts: ClaimsFacts, source: SyncSource | null, words: Words): Finding[] {
  return facts.hooks.flatMap(({ hook, trial }) => {
    const { schema, name, identityArguments } = hook.fn;
    const at: Finding["at"] = { kind: "function", schema, name, identityArguments };
    const told = `\`${nameKey(hook.fn)}\` can make the claims of a token; where it is switched on, auth.users does not decide them`;
    if (trial.kind === "not-called")
      return [
        finding(
          "custom-access-token-hook",
          "info",
          at,
          `${told}; it was not called: ${words.cause(trial.because)}`,
          "read its definition in the report",
        ),
      ];
    const found = [
      finding(
        "custom-access-token-hook",
        "info",
        at,
        `${told}; it was called for ${trial.members} active members${trial.left === 0 ? "" : `, and not for ${trial.left} more: the time limit was reached`}`,
      ),
    ];
    if (trial.differ.total > 0)
      found.push(
        finding(
          "hook-claims-differ",
          // One of the members may not be active.
          source?.unsure ? "warning" : "error",
          at,
          `for ${trial.differ.total} of ${trial.members} active members it returns other claims than the source row gives`,
          "find out which of the two is right: the hook, or `claimsSync`",
        ),
      );
    if (trial.raised.total > 0)
      found.push(
        finding(
          "hook-call-failed",
          "warning",
          at,
          `for ${trial.raised.total} of ${trial.members} active members the call failed (${[...trial.raised.sqlstates, ...(trial.raised.refused ? ["an error in its answer"] : [])].join(", ")})`,
          "a hook that writes (25006) cannot be called in a read-only transaction; one that lacks a privilege (42501) may have it as supabase_auth_admin",
        ),
      );
    return found;
  });
}

function tokenFindings(facts: ClaimsFacts, words: Words): Finding[] {
  const found = unknownFinding("age of tokens", facts.tokens, words);
  const stale = facts.staleTokens;
  if (facts.tokens.kind === "known") found.push(...unknownFinding("stale tokens", stale, words));
  if (stale?.kind === "known" && stale.value.total > 0) {
    const { changed, until } = stale.value;
    const since = changed.kind === "since" ? changed.at : `the change of their row (\`${changed.column}\`)`;
    found.push(
      finding(
        "stale-tokens",
        changed.kind === "since" ? "warning" : "info",
        DATABASE,
        `${users(stale.value)} may hold a token from before ${since}, the last until ${until ?? "it expires"}`,
        "wait until then, or revoke: a shorter JWT expiry, or policies that look up the active row (rules.liveRole)",
      ),
    );
  }
  return found;
}
