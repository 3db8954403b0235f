import { nextPart, type CleanupPart } from "../pipeline/cleanup-left.ts";
import type { Source } from "../pipeline/source.ts";

/** The part of the clean-up to name next; null also while a patch is not applied, for that comes first. */
export const nextAfter = async (
  part: CleanupPart,
  { files, written }: { files: readonly unknown[]; written: boolean },
  source: Source,
  projectDir: string,
): Promise<CleanupPart | null> => (files.length > 0 && !written ? null : nextPart(part, source, projectDir));
