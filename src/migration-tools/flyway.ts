import { nextVersion, rollbackBeside, twoFiles } from "./naming.ts";
import { inOrder, sqlFiles } from "./reading.ts";
import type { FolderContents, MigrationTool, ReadFiles } from "./tool.ts";

/** `V2.1__name.sql` */
const VERSIONED = /^V[\d._]+__/;
/** `B5__name.sql`: includes all versions up to its own */
const BASELINE = /^B[\d._]+__/;
/** `R__name.sql`: runs again whenever it changes */
const REPEATABLE = /^R__/;
/** `U2.1__name.sql` */
const UNDO = /^U[\d._]+__/;

/**
 * Flyway: versioned files from the newest baseline on, by version, then the repeatable ones by name, each in a
 * transaction that Flyway begins.
 */
export const flyway: MigrationTool = {
  name: "flyway",
  usualPlaces: ["src/main/resources/db/migration"],
  opensTransaction: true,
  detect: (folder) => sqlFiles(folder).some((name) => VERSIONED.test(name)),
  read,
  nextName: ({ entries }, { slug, now }) => {
    const majors = entries.flatMap((name) => /^V(\d+)[._\d]*__/.exec(name)?.[1] ?? []);
    const stem = `V${nextVersion(majors, 1, now)}__${slug}`;
    return { up: `${stem}.sql`, down: rollbackBeside(stem) };
  },
  write: (_folder, name, sql) => twoFiles(name, sql),
};

function read(folder: FolderContents): ReadFiles {
  const names = sqlFiles(folder);
  const baseline = names
    .filter((name) => BASELINE.test(name))
    .toSorted(byVersion)
    .at(-1);
  const versioned = names.filter((name) => VERSIONED.test(name)).toSorted(byVersion);
  const order = [
    ...(baseline === undefined ? [] : [baseline]),
    ...versioned.filter((name) => baseline === undefined || byVersion(name, baseline) > 0),
    ...names.filter((name) => REPEATABLE.test(name)),
  ];
  const taken = new Set(order);
  const why = (name: string): string => {
    if (UNDO.test(name)) return "is an undo migration";
    if (VERSIONED.test(name) || BASELINE.test(name)) return `is older than the baseline ${baseline ?? ""}`;
    return "has no name that Flyway knows";
  };
  return inOrder(
    folder,
    order,
    names.filter((name) => !taken.has(name)).map((name) => `${name} ${why(name)} and was left out`),
  );
}

/** Flyway compares versions part by part as numbers: V2 before V10, V1.2 before V1.10. */
function byVersion(a: string, b: string): number {
  const parts = (name: string): number[] => (/^[VB]([\d._]+?)__/.exec(name)?.[1] ?? "").split(/[._]/).map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
