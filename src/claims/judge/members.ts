import { finding, type Finding } from "../../finding.ts";
import { ignoredStatus } from "../source/index.ts";
import { behindHook } from "./sync.ts";
import { unknownFinding } from "./unknown.ts";
import { DECLARE_ACTIVE, type Words } from "./words.ts";
import type { Counted, MemberState } from "../members/index.ts";
import type { ClaimsFacts } from "../report.ts";
import type { SyncSource } from "../source/index.ts";

const quoted = (names: Iterable<string>): string => [...new Set(names)].map((name) => `\`${name}\``).join(", ");
const STATES: Partial<Record<MemberState, { code: Finding["code"]; severity: Finding["severity"]; words: string }>> = {
  stale: { code: "claims-stale", severity: "error", words: "other claims than the source row gives" },
  missing: { code: "claims-missing", severity: "error", words: "active, and without claims" },
  orphaned: { code: "claims-orphaned", severity: "error", words: "claims, and no active row" },
  ambiguous: {
    code: "claims-ambiguous",
    severity: "warning",
    words: "several active rows that give different claims, and a token has one value for each claim",
  },
  "no-user": { code: "claims-without-user", severity: "info", words: "in the source, and not in auth.users" },
};

/** The same where the active rows are not known. */
const UNSURE: typeof STATES = {
  stale: {
    code: "claims-stale",
    severity: "warning",
    words: "other claims than the source row gives, which is right where it gives them under a condition",
  },
  missing: {
    code: "claims-missing",
    severity: "warning",
    words: "in the source, and without claims, which is right for those whose row is not active",
  },
};

/** Findings where the active rows are not known, or where a column that may be a status is not used. */
export function activeFindings(source: SyncSource, words: Words): Finding[] {
  const { schema, name } = source.relation;
  const at: Finding["at"] = { kind: "relation", schema, relation: name };
  if (source.unsure !== null)
    return [
      finding(
        "claims-active-unknown",
        "warning",
        at,
        `the active rows are not known: ${words.unsure(source.unsure)}`,
        DECLARE_ACTIVE,
      ),
    ];
  const ignored = ignoredStatus(source);
  if (ignored.length === 0) return [];
  const counted =
    source.active === null ? "every row counts as active" : `active is \`${source.active.sql}\`, by the columns' names`;
  return [
    finding(
      "claims-status-ignored",
      "warning",
      at,
      `${counted}: the meaning of ${quoted(ignored)} is not known`,
      DECLARE_ACTIVE,
    ),
  ];
}

/** Users whose claims differ from the source. */
export function memberFindings(facts: ClaimsFacts, source: SyncSource, words: Words): Finding[] {
  const { schema, name } = source.relation;
  const at: Finding["at"] = { kind: "relation", schema, relation: name };
  if (facts.members?.kind !== "known") return unknownFinding("claims of members", facts.members, words);
  const hooked = behindHook(facts, source);
  return Object.entries(facts.members.value).flatMap(([state, counted]) => {
    const known = (source.unsure === null ? undefined : UNSURE[state as MemberState]) ?? STATES[state as MemberState];
    if (!known || counted.total === 0) return [];
    const severity = hooked ? "info" : known.severity;
    const hint = known.severity === "error" && !hooked ? "`rlsmith claims --fix` writes a back-fill" : null;
    return [finding(known.code, severity, at, `${known.words}: ${users(counted)}`, hint)];
  });
}

/** `1 user`, `2 users`. */
export const users = ({ total }: Counted): string => (total === 1 ? "1 user" : `${total} users`);
