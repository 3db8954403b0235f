import fc from "fast-check";
import { expect, test } from "vitest";
import type { LogFormat } from "../../../src/watch/log/format.ts";
import { newFolder, readFrom, type Folder } from "./folder.ts";

/** Entries with a number of their own, with line breaks, quotes and two bytes a character in them. */
const FORMATS: Record<string, { format: LogFormat; entry: (n: number) => string }> = {
  jsonlog: {
    format: { kind: "jsonlog" },
    entry: (n) => `${JSON.stringify({ error_severity: "ERROR", message: `${n}`, statement: 'größe\n"x"' })}\n`,
  },
  csvlog: {
    format: { kind: "csvlog" },
    entry: (n) =>
      `2026-01-31 12:00:00.000 UTC,"web","db",1,"",6b0d.1,${n},"",2026-01-31 12:00:00 UTC,2/1,0,ERROR,42501,"${n}",,,,,,"größe\n""x""\n",,,"","client backend",,0\n`,
  },
  stderr: {
    format: { kind: "stderr", prefix: "[%p] " },
    entry: (n) => `[${n % 3}] ERROR:  ${n}\n[${n % 3}] DETAIL:  größe\n\t"x"\n[${n % 3}] STATEMENT:  a\n\tb\n`,
  },
};

/** Writing so many bytes of what the server has to write; a rotation is at the end of an entry, as the server does it. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("write" as const), bytes: fc.integer({ min: 1, max: 700 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("read" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rename" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("copyAndTruncate" as const) }) },
);

/** What a server writes, in pieces. */
function newWriter(
  folder: Folder,
  entry: (n: number) => string,
): { write(bytes: number): void; finish(): void; written: () => number } {
  let [left, n] = [Buffer.alloc(0), 0];
  const write = (bytes: number): void => {
    while (left.length < bytes) left = Buffer.concat([left, Buffer.from(entry((n += 1)))]);
    folder.write("a.log", left.subarray(0, bytes));
    left = left.subarray(bytes);
  };
  return {
    write,
    // whole entries beyond it are not begun
    finish: () => {
      const last = left.length;
      if (last > 0) write(last);
    },
    written: () => n,
  };
}

function rotate(folder: Folder, how: "rename" | "copyAndTruncate", rotations: number): void {
  for (let n = rotations; n > 0; n -= 1) folder.rename(`a.log.${n}`, `a.log.${n + 1}`);
  folder[how]("a.log", "a.log.1");
  folder.write("a.log", "");
}

test.each(Object.entries(FORMATS))(
  "%s: each entry is counted once, however it is cut and rotated",
  async (_, { entry, format }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const folder = newFolder();
        folder.write("a.log", "");
        const writer = newWriter(folder, entry);
        const seen: string[] = [];
        let cursor: unknown = null;
        let rotations = 0;
        const read = async (): Promise<void> => {
          const { cursor: next, lacks, messages, unread } = await readFrom(folder.path("a.log"), cursor, { format });
          expect([lacks, unread]).toEqual([[], 0]);
          seen.push(...messages);
          cursor = next;
        };
        await read();
        for (const one of steps) {
          if (one.do === "write") writer.write(one.bytes);
          else if (one.do === "read") await read();
          else {
            writer.finish();
            rotate(folder, one.do, rotations);
            rotations += 1;
          }
        }
        writer.finish();
        await read();
        const numbers = Array.from({ length: writer.written() }, (_, n) => `${n + 1}`);
        expect(
          seen
            .map(Number)
            .toSorted((a, b) => a - b)
            .map(String),
        ).toEqual(numbers);
      }),
      { numRuns: 150 },
    );
  },
);
