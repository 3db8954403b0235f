import { inspect } from "../inspect/index.ts";
import type { Progress } from "../progress.ts";
import type { ReplayReport } from "../scratch/index.ts";
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
  if (origin.kind === "live") return { ...base, notes: [] };
  const lost = replayNotes(origin.report);
  const seeds = origin.readSeeds();
  if (seeds.length === 0) return { ...base, notes: lost };
  try {
    const { folder, scratch, report } = origin;
    const notes = seedNotes(seeds, await runSeeds(scratch, folder, seeds, report.platform));
    return { ...base, catalog: await inspect(scratch.db), notes: [...lost, ...notes] };
  } catch (error) {
    await base.close();
    throw error;
  }
}

/** The note that statements of the migrations failed: nobody attacked what they would have created. */
function replayNotes({ failures }: ReplayReport): Note[] {
  if (failures.length === 0) return [];
  const all = new Set(failures.map(({ file, line, sqlstate, message }) => `${file}:${line} ${sqlstate} ${message}`));
  const some = [...all].slice(0, 3);
  return [
    {
      code: "replay-failed",
      message: `${failures.length} ${failures.length === 1 ? "statement" : "statements"} of the migrations failed, so what ${failures.length === 1 ? "it creates" : "they create"} was not tried: ${some.join("; ")}${all.size > 3 ? "; …" : ""}`,
    },
  ];
}
