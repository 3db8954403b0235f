import type { SourceFile } from "../code/index.ts";
import type { PlannedText } from "./blocking.ts";
import type { Left, Removed } from "./context.ts";
import type { GuardKind } from "./kind.ts";

/** The project as texts. */
export interface GuardsInput {
  /** every file of the project that is text, except the migrations and what rlsmith wrote */
  files: readonly SourceFile[];
  /** files of the repository outside of the project; they are only listed */
  outside?: readonly SourceFile[];
  /** what the plan writes */
  migrations: readonly PlannedText[];
}

/** A part of a guard that goes. */
export interface RemovedGuard extends Removed {
  path: string;
  kind: GuardKind | "directive";
}

/** A part of a guard that a person has to look at. */
export interface LeftGuard extends Omit<Left, "endLine"> {
  path: string;
  kind: GuardKind | null;
}

/** A check that refuses the planned migration. */
export interface BlockingGuard {
  path: string;
  kind: GuardKind;
  line: number;
  what: string;
  /** files that run it */
  runBy: string[];
  migration: string;
  migrationLine: number;
  /** what is refused; empty: the whole file, for what it does not hold */
  statement: string;
}

/** The project without its guards of the old pattern. */
export interface CleanedGuards {
  /** path → text; null: the file goes. Only files that change. */
  files: ReadonlyMap<string, string | null>;
  blocking: BlockingGuard[];
  removed: RemovedGuard[];
  left: LeftGuard[];
  /** guards that refuse the old pattern: they stay */
  forbids: { path: string; kind: GuardKind; line: number; what: string }[];
  /** pages and comments that still name a guard that goes, or what is retired */
  mentions: { path: string; line: number; what: string }[];
}
