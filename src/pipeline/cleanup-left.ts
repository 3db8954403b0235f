import { cleanCode, projectOf, settersOf, type Retired } from "../cleanup/code/index.ts";
import { findCases, unitsOf, variablePath, withDecisions } from "../cleanup/tests/index.ts";
import { ToolError } from "../errors.ts";
import { silent } from "../progress.ts";
import { readProject } from "./cleanup-code.ts";
import { cleanUpGuards } from "./cleanup-guards.ts";
import { planCleanup } from "./cleanup-sql.ts";
import { readWorkTree, type WorkTree } from "./code-files.ts";
import { elsewhereOf } from "./check-drop.ts";
import { decidedCases } from "./decided-cases.ts";
import { configOf } from "./ready.ts";
import { retiredInProject } from "./retired-in-project.ts";
import type { Source } from "./source.ts";

/** A part of the clean-up, in the order of its page. */
export const PARTS = ["code", "sql", "guards", "tests"] as const;
export type CleanupPart = (typeof PARTS)[number];

/** What a part would find now: something to change, something that a person has to decide, or nothing. */
type PartState = "changes" | "asks" | "nothing";

/**
 * The part of the clean-up that has something to do after one of them, in the order of the page: first those that change
 * something, then those that only ask. Null: no other part finds anything. Nothing is run and nothing is written; a part
 * that cannot be looked at counts as one that changes something, for it then says itself what is the matter.
 */
export async function nextPart(after: CleanupPart, source: Source, projectDir: string): Promise<CleanupPart | null> {
  const at = PARTS.indexOf(after);
  const others = [...PARTS.slice(at + 1), ...PARTS.slice(0, at)];
  const tree = await readWorkTree(projectDir);
  const retired = await retiredInProject(source, configOf(source), tree, projectDir);
  const looked = { source, projectDir, tree, retired };
  let asking: CleanupPart | null = null;
  for (const part of others) {
    const state = await stateOf(part, looked);
    if (state === "changes") return part;
    if (state === "asks") asking ??= part;
  }
  return asking;
}

interface Looked {
  source: Source;
  projectDir: string;
  tree: WorkTree;
  retired: Retired;
}

async function stateOf(part: CleanupPart, looked: Looked): Promise<PartState> {
  try {
    return await LOOKS[part](looked);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return "changes";
  }
}

const state = (changes: boolean, asks: boolean): PartState => (changes ? "changes" : asks ? "asks" : "nothing");

const LOOKS: Readonly<Record<CleanupPart, (looked: Looked) => PartState | Promise<PartState>>> = {
  async sql({ source }) {
    const { plan, cleanup, callers } = planCleanup(source.catalog, configOf(source), {
      elsewhere: await elsewhereOf(source),
    });
    const isAsked = cleanup.functions.some(({ kind }) => kind === "asked");
    const isUsed = cleanup.others.some(({ kind }) => kind !== "comment");
    return state(plan.steps.length > 0, isAsked || isUsed || callers.named.length + callers.dynamic.length > 0);
  },
  code({ projectDir, tree, retired }) {
    const { files, decisions } = cleanCode(readProject(tree, projectDir, retired).input, retired);
    return state(files.size > 0, decisions.length > 0);
  },
  async guards({ source, projectDir, retired }) {
    const options = { projectDir, write: false, allowDirty: true, progress: silent };
    const { files, left } = await cleanUpGuards(source, retired, options);
    return state(files.length > 0, left.length > 0);
  },
  tests({ source, projectDir, tree, retired }) {
    const project = projectOf(readProject(tree, projectDir, retired).input);
    const path = variablePath(project, retired, new Set(settersOf(project, retired).setters.keys()));
    const cases = findCases(project, path);
    const { units } = withDecisions(unitsOf(cases, project, path), cases, decidedCases(configOf(source)), retired);
    return state(units.length > 0, false);
  },
};
