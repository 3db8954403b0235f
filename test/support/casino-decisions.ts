import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// What a person decides about the clean-up of examples/casino, and writes into its config.

/** A place that a person decides about in the config: the step that asks prints it. */
export interface Decision {
  path: string;
  /** the lines that are printed */
  asked: readonly number[];
  /** the suites and the case, of a test */
  name?: string;
  entry: { decision: string; reason: string };
}

export const CASINO_DECISIONS: readonly Decision[] = [
  {
    path: "app/api/lobby/[casino]/route.ts",
    asked: [13],
    entry: { decision: "claims", reason: "a display acts as the casino in its URL: the route vouches for that" },
  },
  {
    path: "lib/db/tenant-transaction.ts",
    asked: [24],
    entry: { decision: "claims", reason: "a job acts as the staff member of its scope" },
  },
  {
    path: "workers/loyalty-outbox-worker.ts",
    asked: [39],
    entry: { decision: "claims", reason: "the outbox is drained as the staff member of its scope" },
  },
  {
    path: "workers/__tests__/loyalty-outbox-worker.test.ts",
    asked: [39],
    name: "drainLoyaltyOutbox > sets the context before it reads",
    entry: { decision: "delete", reason: "it is about the text and the order of the old SQL" },
  },
  {
    path: "workers/__tests__/workers.integration.test.ts",
    asked: [39],
    name: "the shift report > leaves nothing on the connection",
    entry: { decision: "claim", reason: "no claim may stay on the connection either" },
  },
];

/** Write the decisions into the config, and edit nothing else. */
/** Write them into the config of a copy of the casino. */
export function decide(dir: string): void {
  const path = join(dir, "rlsmith.config.ts");
  const text = readFileSync(path, "utf8");
  const command = /command: "[^"]+"/.exec(text)?.[0] ?? "";
  const entries = (isTest: boolean): string =>
    JSON.stringify(
      Object.fromEntries(
        CASINO_DECISIONS.filter(({ name }) => (name !== undefined) === isTest).map((one) => [
          one.name === undefined ? one.path : `${one.path}: ${one.name}`,
          one.entry,
        ]),
      ),
    );
  const tests = `tests: { ${command} }`;
  if (!text.includes(tests)) throw new Error("the config says in another way how the tests run");
  const decided = `code: ${entries(false)},\n    tests: { ${command}, cases: ${entries(true)} }`;
  // a function, for `$1` in a replacement is a group
  writeFileSync(
    path,
    text.replace(tests, () => decided),
  );
}
