import { inspect } from "../inspect/index.ts";
import type { Progress } from "../progress.ts";
import type { Note } from "../verify/index.ts";
import { rehearsalBase, type ScratchBase } from "./scratch-base.ts";
import { runSeeds, seedNotes } from "./seed.ts";
import type { Source } from "./source.ts";

/** A source's scratch database with the project's own rows in it, and what the report says of them. */
export interface SeededScratch extends ScratchBase {
  notes: Note[];
}

/** A throw-away database of the source, after its seeds. A seed may make objects as well: the catalog is read after it. */
export async function seededScratch(source: Source, progress: Progress): Promise<SeededScratch> {
  const base = await rehearsalBase(source, progress);
  const { origin } = source;
  if (origin.kind === "live" || origin.seeds.length === 0) return { ...base, notes: [] };
  try {
    const { folder, seeds, scratch, report } = origin;
    const notes = seedNotes(seeds, await runSeeds(scratch, folder, seeds, report.platform));
    return { ...base, catalog: await inspect(scratch.db), notes };
  } catch (error) {
    await base.close();
    throw error;
  }
}
