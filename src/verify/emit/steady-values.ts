import { steadySql, type Fixtures } from "../../fixtures/index.ts";
import type { IsolationTests } from "./isolation-tests.ts";

/** A uuid of version 4; those of invented rows have a form of their own. */
const RANDOM = /\b(?!0000\d{4}-0000-4000-8000-)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/g;

/** The first number of a uuid in place of a random one, after those of invented rows. */
const FIRST = 9000;

/**
 * The tests with the same value in every run for each time of the clock, and for each uuid that a default of a row of
 * the fixtures took at random.
 */
export function withSteadyValues(tests: IsolationTests, { filled }: Fixtures): IsolationTests {
  const rows = JSON.stringify(filled.map(({ rows, spare }) => [rows, spare]));
  const random = [...new Set(rows.match(RANDOM))];
  const steady = new Map(
    random.map((uuid, n) => [
      uuid,
      `0000${FIRST + Math.floor(n / 1000)}-0000-4000-8000-00000000${String(n % 1000).padStart(4, "0")}`,
    ]),
  );
  const text = steadySql(JSON.stringify(tests)).replaceAll(RANDOM, (uuid) => steady.get(uuid) ?? uuid);
  return JSON.parse(text) as IsolationTests;
}
