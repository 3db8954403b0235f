import type { Progress } from "../../progress.ts";
import { relationKey } from "../../pg/name.ts";
import type { Attempt } from "../matrix/index.ts";
import { tableAttempts } from "../attacks/index.ts";
import { tupleKey, type TupleKey, probesOf, runAttempts } from "../matrix/index.ts";
import { collectEvidence, NO_GRANTS } from "../environment/index.ts";
import type { TestEnvironment, Target } from "../environment/index.ts";
import { judge, type Facts } from "../judge/index.ts";
import type { PolicyMutant } from "./mutants.ts";
import { actorsFor, type Actor } from "../personas/index.ts";

/** The observation that noticed a mutant: the first cell with another outcome. */
export interface Noticed {
  persona: string;
  relation: string;
  attack: string;
  before: string;
  after: string;
}

export interface MutantResult {
  mutant: PolicyMutant;
  /** null: it survived */
  noticed: Noticed | null;
}

/** The result of comparing a mutant that no cell noticed with its policy. */
export type Survivor =
  /** proved: no statement can distinguish it from the policy */
  | { kind: "equivalent" }
  /** a statement could have noticed it; `where`: `INSERT CHECK as anon: looser`, and the values that the rows lack */
  | { kind: "different"; where: string[] }
  /** not proved to be either */
  | { kind: "unknown"; where: string[] };

/** A weakened policy, with the cell that noticed it, or the reason why none did. */
export type MutantOutcome = { mutant: PolicyMutant } & (
  | { noticed: Noticed; survivor: null }
  | { noticed: null; survivor: Survivor }
);

/**
 * Apply each mutant inside a transaction, and run the cells of its relation, and of relations whose policies read it,
 * until one has another outcome. The transaction is rolled back.
 */
export async function runMutants(
  environment: TestEnvironment,
  mutants: readonly PolicyMutant[],
  progress: Progress,
): Promise<MutantResult[]> {
  const facts: Facts = {
    targets: environment.targets,
    evidence: await environment.transaction(async () => collectEvidence(environment.db, environment.targets)),
    grants: NO_GRANTS,
  };
  const probes = probesOf(environment.targets.values());
  const actors = inOrderOfPromise(actorsFor(environment.catalog, environment.context, environment.fixtures));
  const baselines = new Map<TupleKey, string[]>();

  const outcomes = async (actor: Actor, attempts: readonly Attempt[]): Promise<string[]> => {
    const batch = {
      role: actor.role,
      claims: actor.claims,
      setup: actor.setup,
      prelude: [],
      preludeWrites: false,
      attempts,
    };
    const answers = await runAttempts(environment.db, batch, probes);
    return answers.map((answer, index) => {
      const attempt = attempts[index];
      if (!attempt) return "";
      const { outcome } = judge(attempt, actor, answer, facts);
      // the order in which policies were created decides if a malformed claim is cast before another policy denies the
      // row: no access was gained
      return JSON.stringify(outcome.kind === "denied" ? { kind: "denied" } : outcome);
    });
  };

  const results: MutantResult[] = [];
  for (const [n, mutant] of mutants.entries()) {
    progress.tick("mutants", n, mutants.length);
    let noticed: Noticed | null = null;
    for (const target of affected(environment, mutant)) {
      for (const actor of actors) {
        const attempts = attemptsOn(target, actor, environment);
        const key = tupleKey(target.name, actor.name);
        const before = baselines.get(key) ?? (await environment.transaction(async () => outcomes(actor, attempts)));
        baselines.set(key, before);
        const after = await environment.transaction(async () => {
          await environment.db.exec(mutant.apply.join(";\n"));
          return outcomes(actor, attempts);
        });
        const place = after.findIndex((outcome, index) => outcome !== before[index]);
        if (place < 0) continue;
        noticed = {
          persona: actor.name,
          relation: target.name,
          attack: attempts[place]?.attack ?? "",
          before: before[place] ?? "",
          after: after[place] ?? "",
        };
        break;
      }
      if (noticed) break;
    }
    results.push({ mutant, noticed });
  }
  return results;
}

/** The mutant's relation first, then those whose policies name it. */
function affected(environment: TestEnvironment, mutant: PolicyMutant): Target[] {
  const { relation } = mutant.original;
  const name = relationKey(mutant.original);
  const others = new Set(
    environment.catalog.policies.filter(({ using, check }) => `${using} ${check}`.includes(relation)).map(relationKey),
  );
  const targets = [...environment.targets.values()];
  return [
    ...targets.filter((target) => target.name === name),
    ...targets.filter((target) => target.name !== name && others.has(target.name)),
  ];
}

/** Members and anon notice most mutants. */
const inOrderOfPromise = (actors: readonly Actor[]): Actor[] => {
  const rank = { member: 0, anon: 1, "other role": 2, "bad claims": 3 };
  return actors.toSorted((a, b) => rank[a.class] - rank[b.class]);
};

/**
 * The attempts on one relation; changes are observed in that relation only, since a mutant of its policy shows there.
 */
export const attemptsOn = (target: Target, actor: Actor, environment: Parameters<typeof tableAttempts>[2]): Attempt[] =>
  tableAttempts(target, actor, environment).map((attempt) => ({
    ...attempt,
    probe: attempt.probe && { kind: "relation", name: target.name },
  }));
