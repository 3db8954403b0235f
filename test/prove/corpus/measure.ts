import { resolve } from "node:path";
import type { Db } from "../../../src/db/port.ts";
import type { Catalog } from "../../../src/pg/catalog.ts";
import { nameKey, relationKey } from "../../../src/pg/name.ts";
import { alterPolicy } from "../../../src/pg/policy-sql.ts";
import { openSource } from "../../../src/pipeline/source.ts";
import { silent } from "../../../src/progress.ts";
import { confirm, prove, tryUnknown, type AssumedVerdict } from "../../../src/prove/index.ts";
import { edited, EDITS } from "./edits.ts";

/** The verdicts on one project compared with its edited self. */
export interface Measured {
  folder: string;
  policies: number;
  verdicts: number;
  /** those that the prover left open and a trial decided, as `rlsmith prove` tries them */
  byTrial: number;
  /** those that are open after the trial */
  unknown: number;
  /** by edit: verdicts, and how many of them are unknown */
  edits: Record<string, { verdicts: number; unknown: number }>;
  /** verdicts that are unknown, by reason; one with several reasons counts for each */
  reasons: Record<string, number>;
  /** the expressions of each reason, a few */
  examples: Record<string, string[]>;
  /** relations that were not reached in the time */
  left: number;
  seconds: number;
}

/** A project that could not be measured, and why. */
export interface Failed {
  folder: string;
  failed: string;
}

export interface Limits {
  /** seconds for one project, its replay included */
  budget: number;
}

/** Replay a project on the embedded scratch, and compare every guarded relation with its edited self. */
export async function measure(folder: string, { budget }: Limits): Promise<Measured | Failed> {
  const from = performance.now();
  const seconds = (): number => (performance.now() - from) / 1000;
  const options = { projectDir: resolve(folder), scratch: { kind: "embedded" }, config: null } as const;
  try {
    const source = await openSource({ ...options, strict: false, statementTimeout: budget, progress: silent });
    try {
      const { catalog, origin } = source;
      const made: Measured = {
        folder,
        policies: catalog.policies.length,
        verdicts: 0,
        byTrial: 0,
        unknown: 0,
        edits: Object.fromEntries(EDITS.map(({ name }) => [name, { verdicts: 0, unknown: 0 }])),
        reasons: {},
        examples: {},
        left: 0,
        seconds: 0,
      };
      const guarded = new Map(catalog.policies.map((policy) => [relationKey(policy), policy]));
      for (const [key, policy] of guarded) {
        if (seconds() > budget) {
          made.left += 1;
          continue;
        }
        for (const edit of EDITS) {
          const after = edited(catalog, policy, edit);
          if (!after) continue;
          const relations = new Set([key]);
          const found = prove(catalog, after, { relations, timeout: 1000 });
          const db = origin.kind === "migrations" ? origin.scratch.db : null;
          const proved = db ? await confirm(db, catalog, after, found, []) : found;
          const verdicts = db ? await tried(db, catalog, after, proved) : proved;
          verdicts.forEach((verdict, at) => {
            if (proved[at]?.decision === "unknown" && verdict.decision !== "unknown") made.byTrial += 1;
            count(made, edit.name, verdict);
          });
        }
      }
      return { ...made, seconds: Math.round(seconds()) };
    } finally {
      await source.close();
    }
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return { folder, failed: line };
  }
}

/** The trial that follows each verdict that is not settled; what it may take for one edit, in milliseconds. */
const TRIAL = { total: 10_000 };

const tried = (
  db: Db,
  before: Catalog,
  after: Catalog,
  verdicts: readonly AssumedVerdict[],
): Promise<AssumedVerdict[]> => {
  const setup = before.policies.flatMap((policy, at) => {
    const made = after.policies[at];
    const changed = made && (made.using !== policy.using || made.check !== policy.check);
    return changed ? [alterPolicy(policy, made) ?? []].flat() : [];
  });
  const site = { db, catalog: before, setup: [] };
  return tryUnknown({ kind: "sites", before: site, after: { db, catalog: after, setup } }, verdicts, [], TRIAL);
};

function count(made: Measured, edit: string, verdict: AssumedVerdict): void {
  made.verdicts += 1;
  const of = made.edits[edit];
  if (of) of.verdicts += 1;
  if (verdict.decision !== "unknown") return;
  made.unknown += 1;
  if (of) of.unknown += 1;
  for (const message of new Set(verdict.reasons.map((reason) => reason.message))) {
    made.reasons[message] = (made.reasons[message] ?? 0) + 1;
    const examples = (made.examples[message] ??= []);
    const shown = verdict.reasons.find((reason) => reason.message === message)?.expression;
    const at = `${nameKey(verdict.relation)}: ${shown ?? ""}`;
    if (examples.length < 3 && !examples.includes(at)) examples.push(at);
  }
}
