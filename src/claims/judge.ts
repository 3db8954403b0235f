import { finding, type Finding } from "../finding.ts";
import type { Answer } from "./answer.ts";
import { behindHook, syncFindings } from "./judge-sync.ts";
import type { Counted, MemberState } from "./members.ts";
import type { ClaimsFacts } from "./report.ts";
import type { SyncSource } from "./source.ts";

const DATABASE: Finding["at"] = { kind: "database" };
const quoted = (names: Iterable<string>): string => [...new Set(names)].map((name) => `\`${name}\``).join(", ");
const DECLARE = "declare `claimsSync` in rlsmith.config.ts: which relation and column feed which claim";

/** What a person should know of a database's claims, worst first. Pure. */
export function claimsFindings(facts: ClaimsFacts): Finding[] {
  const source = facts.source.kind === "known" ? facts.source.value : null;
  const found = [
    ...(facts.source.kind === "unknown" ? noSource(facts, facts.source.why) : []),
    ...(source === null ? [] : [...syncFindings(facts, source), ...memberFindings(facts, source)]),
    ...notSynced(facts, source),
    ...userMetadata(facts, source),
    ...hookFindings(facts),
    ...tokenFindings(facts),
  ];
  const rank = { error: 0, warning: 1, info: 2 };
  return found.toSorted((a, b) => rank[a.severity] - rank[b.severity]);
}

function noSource(facts: ClaimsFacts, why: string): Finding[] {
  if (facts.readClaims.length === 0 && facts.triggers.length === 0 && facts.hooks.length === 0)
    return [finding("claims-source-unknown", "warning", DATABASE, `nothing reads or writes claims: ${why}`, DECLARE)];
  const unread = facts.readClaims.filter((path) => !hookSets(facts, path));
  if (why.startsWith("no trigger") && unread.length > 0)
    return [
      finding(
        "sync-trigger-missing",
        "error",
        DATABASE,
        `policies and functions read ${quoted(unread.map((path) => path.join(".")))}, and ${why}`,
        `${DECLARE}; then --fix can write the trigger`,
      ),
    ];
  const severity = unread.length === 0 && facts.hooks.length > 0 ? "info" : "warning";
  return [finding("claims-source-unknown", severity, DATABASE, `what feeds the claims is unknown: ${why}`, DECLARE)];
}

const hookSets = (facts: ClaimsFacts, path: readonly string[]): boolean =>
  facts.hooks.some(({ hook }) => hook.sets.some((set) => set.join("\0") === path.join("\0")));

const unknownFinding = (what: string, answer: Answer<unknown> | null): Finding[] =>
  answer?.kind === "unknown"
    ? [
        finding(
          `${what.replaceAll(" ", "-")}-unknown`,
          "warning",
          DATABASE,
          `${what}: unknown, ${answer.why}`,
          "connect as a role that may read it past row security: on Supabase `postgres`",
        ),
      ]
    : [];

const STATES: Partial<Record<MemberState, { code: string; severity: Finding["severity"]; words: string }>> = {
  stale: { code: "claims-stale", severity: "error", words: "other claims than the source row gives" },
  missing: { code: "claims-missing", severity: "error", words: "active, and without claims" },
  orphaned: { code: "claims-orphaned", severity: "error", words: "claims, and no active row" },
  ambiguous: {
    code: "claims-ambiguous",
    severity: "warning",
    words: "several active rows that say different things, and a token has room for one",
  },
  "no-user": { code: "claims-without-user", severity: "info", words: "in the source, and not in auth.users" },
};

function memberFindings(facts: ClaimsFacts, source: SyncSource): Finding[] {
  const { schema, name } = source.relation;
  const at: Finding["at"] = { kind: "relation", schema, relation: name };
  if (facts.members?.kind !== "known") return unknownFinding("claims of members", facts.members);
  const hooked = behindHook(facts, source);
  return Object.entries(facts.members.value).flatMap(([state, counted]) => {
    const known = STATES[state as MemberState];
    if (!known || counted.total === 0) return [];
    const severity = hooked ? "info" : known.severity;
    const hint = known.severity === "error" && !hooked ? "`rlsmith claims --fix` writes a back-fill" : null;
    return [finding(known.code, severity, at, `${known.words}: ${users(counted)}`, hint)];
  });
}

const users = ({ total }: Counted): string => (total === 1 ? "1 user" : `${total} users`);

/** Claims that are read and that nothing puts there. */
function notSynced(facts: ClaimsFacts, source: SyncSource | null): Finding[] {
  if (source === null) return [];
  const fed = source.claims.map(({ path }) => path.join("\0"));
  const open = facts.readClaims.filter((path) => {
    const key = path.join("\0");
    const covered = fed.some((one) => one === key || one.startsWith(`${key}\0`) || key.startsWith(`${one}\0`));
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
          "see by hand what writes it, or add it to `claimsSync.claims`",
        ),
      ];
}

function userMetadata(facts: ClaimsFacts, source: SyncSource | null): Finding[] {
  const found = facts.readsUserMetadata.map(({ what, at, claims }) =>
    finding(
      "claims-in-user-metadata",
      "error",
      at,
      `${what} reads ${quoted(claims)}, which every user can write for themselves`,
      "keep what decides access in app_metadata, which only the server writes",
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
        "keep what decides access in app_metadata, which only the server writes",
      ),
    );
  const { ownMetadata } = facts;
  if (ownMetadata?.kind === "known" && ownMetadata.value.total > 0)
    found.push(
      finding(
        "claims-in-user-metadata",
        facts.readsUserMetadata.length > 0 ? "error" : "info",
        { kind: "column", schema: "auth", relation: "users", column: "raw_user_meta_data" },
        `a key of a synced claim in the metadata that users write themselves: ${users(ownMetadata.value)}`,
        facts.readsUserMetadata.length > 0 ? null : "no policy reads it; see that no application code does",
      ),
    );
  return [...found, ...unknownFinding("user metadata", ownMetadata)];
}

function hookFindings(facts: ClaimsFacts): Finding[] {
  return facts.hooks.flatMap(({ hook, trial }) => {
    const { schema, name, identityArguments } = hook.fn;
    const at: Finding["at"] = { kind: "function", schema, name, identityArguments };
    const told = `\`${schema}.${name}\` can make the claims of a token; where it is switched on, auth.users proves nothing of them`;
    if (trial.kind === "not-called")
      return [
        finding(
          "custom-access-token-hook",
          "info",
          at,
          `${told}; it was not called: ${trial.why}`,
          "read its definition in the report",
        ),
      ];
    const found = [
      finding(
        "custom-access-token-hook",
        "info",
        at,
        `${told}; it was called for ${trial.members} active members${trial.left === 0 ? "" : `, and not for ${trial.left} more: the time for it was over`}`,
      ),
    ];
    if (trial.differ.total > 0)
      found.push(
        finding(
          "hook-claims-differ",
          "error",
          at,
          `for ${trial.differ.total} of ${trial.members} active members it returns other claims than the source row gives`,
          "see which of the two is right: the hook, or `claimsSync`",
        ),
      );
    if (trial.raised.total > 0)
      found.push(
        finding(
          "hook-call-failed",
          "warning",
          at,
          `for ${trial.raised.total} of ${trial.members} active members the call failed (${trial.raised.sqlstates.join(", ")})`,
          "a hook that writes (25006) cannot be called in a read-only transaction; one that lacks a right (42501) may have it as supabase_auth_admin",
        ),
      );
    return found;
  });
}

function tokenFindings(facts: ClaimsFacts): Finding[] {
  const found = unknownFinding("age of tokens", facts.tokens);
  const stale = facts.staleTokens;
  if (facts.tokens.kind === "known") found.push(...unknownFinding("stale tokens", stale));
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
