import { silent, type Progress } from "../progress.ts";
import { isOnlyTried, type CompareOptions, type Effect } from "../prove/index.ts";
import type { ScratchTarget } from "../scratch/index.ts";
import { openSides, proveSides, type SideProof } from "./side.ts";

/**
 * `nothing opens`: equivalent or tighter, proved. `opens`: looser or incomparable, every statement raises an error, or
 * something else lets more through, such as a new relation without row security. `not settled`: something could not be
 * told, or there was nothing to compare.
 */
export type ComparisonAnswer = "nothing opens" | "opens" | "not settled";

/** The answer of a comparison as a whole, which decides the exit code of `rlsmith prove`. Pure. */
export function comparisonAnswer({ verdicts, added, objects, nothingGranted }: SideProof): ComparisonAnswer {
  const is = (...decisions: string[]): boolean => verdicts.some(({ decision }) => decisions.includes(decision));
  const unguarded = added.some(
    ({ rowSecurity, roles }) => !rowSecurity && roles.some(({ reach }) => Object.values(reach).includes("every row")),
  );
  const has = (effect: Effect): boolean => objects.some((object) => object.effect === effect);
  if (unguarded || has("opens") || is("looser", "incomparable", "always-errors")) return "opens";
  const isOpen = is("unknown", "vacuous") || verdicts.some(isOnlyTried);
  return nothingGranted || has("cannot be told") || isOpen ? "not settled" : "nothing opens";
}

/** The options of comparing two folders. */
export interface ProveFoldersOptions extends CompareOptions {
  /** conditions that every request is assumed to satisfy, in SQL */
  assume?: readonly string[];
  /** the server for scratch databases; default: embedded */
  scratch?: ScratchTarget;
  progress?: Progress;
}

/** The comparison of two folders. */
export interface FolderProof extends SideProof {
  answer: ComparisonAnswer;
}

/**
 * Compare the access that two projects' folders allow, as `rlsmith prove BEFORE AFTER` does: the migrations of both are
 * replayed into scratch databases, and every witness is run there. Throws RlsmithError: (usage) a folder or its
 * migrations are not there; (config) a config is not valid; (environment) no scratch database can be made.
 *
 * @example
 * ```ts
 * import { proveFolders } from "rlsmith";
 *
 * const { answer, verdicts } = await proveFolders("main", "branch");
 * for (const { relation, component, role, decision } of verdicts)
 *   if (decision !== "equivalent") console.log(relation.name, component, role, decision);
 * process.exitCode = answer === "nothing opens" ? 0 : 1;
 * ```
 */
export async function proveFolders(
  before: string,
  after: string,
  options: ProveFoldersOptions = {},
): Promise<FolderProof> {
  const { assume = [], scratch = { kind: "embedded" }, progress = silent, ...limits } = options;
  const open = { projectDir: process.cwd(), scratch, strict: false, bindOwner: true, progress };
  const { first, second, close } = await openSides(before, after, open);
  try {
    const proof = await proveSides(first, second, assume, limits);
    return { ...proof, answer: comparisonAnswer(proof) };
  } finally {
    await close();
  }
}
