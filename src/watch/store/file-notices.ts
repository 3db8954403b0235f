import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Notice, Telling, Told } from "../notice.ts";
import { writeNew } from "./new-file.ts";
import type { NoticeStore } from "./notice-store.ts";

/** After so long a run that was sending a message has ended: a request takes ten seconds at most. */
const STALE_MS = 60_000;

/**
 * A folder with a file for each thing that was told: `<sample>-<criterion>.json`, beside which a file `….sent` says that
 * its message was sent, and `….sending` that a run is about to.
 */
export function fileNotices(folder: string): NoticeStore {
  const all = (): { file: string; number: number; telling: Telling }[] =>
    namesIn(folder).map((name) => ({
      file: join(folder, name),
      number: Number.parseInt(name, 10),
      telling: JSON.parse(readFileSync(join(folder, name), "utf8")) as Telling,
    }));
  return {
    add: async (sample, of) => {
      const kept = all();
      if (kept.some(({ number }) => number >= sample)) return;
      const told: Told = Object.fromEntries(kept.map(({ telling }) => [telling.criterion, telling.state]));
      for (const one of of(told))
        writeNew(join(folder, `${String(sample).padStart(8, "0")}-${one.criterion}.json`), JSON.stringify(one));
    },
    deliver: async (send) => {
      let sent = 0;
      for (const { file, telling } of all()) {
        const { notice } = telling;
        if (notice === null || existsSync(`${file}.sent`)) continue;
        // in the order in which they came: those after it wait as well
        if (!(await sendOnce(file, notice, send))) return sent;
        sent += 1;
      }
      return sent;
    },
  };
}

const namesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^\d{8}-[a-z]+\.json$/.test(name))
        .toSorted()
    : [];

/** False: another run is sending it. */
async function sendOnce(file: string, notice: Notice, send: (notice: Notice) => Promise<void>): Promise<boolean> {
  const claim = `${file}.sending`;
  if (existsSync(claim) && Date.now() - statSync(claim).mtimeMs > STALE_MS) rmSync(claim, { force: true });
  if (!writeNew(claim, "")) return false;
  try {
    // another run may have sent it since the folder was read
    if (existsSync(`${file}.sent`)) return true;
    await send(notice);
    writeNew(`${file}.sent`, "");
    return true;
  } finally {
    rmSync(claim, { force: true });
  }
}
