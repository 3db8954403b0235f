import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findMajors } from "../faults/majors.ts";
import { startWatching, type Watched, type Watching } from "./situation.ts";

const server = findMajors().find(({ major, missing }) => major === 15 && missing === null);

describe.skipIf(!server)("incidents after a change", () => {
  let watching: Watching;
  beforeAll(async () => {
    watching = await startWatching(server?.bin ?? "");
  });
  afterAll(async () => watching?.stop());

  /** A database with the plan in force, samples before and after it, and ordinary requests. */
  async function settled(name: string): Promise<Watched> {
    const one = await watching.database(name);
    await one.load();
    await one.sample();
    await one.apply();
    await one.load();
    return one;
  }

  test("ordinary requests: every criterion that can be told passes", async () => {
    const one = await settled("clean");
    const { gate, sample } = await one.sample();
    console.log(JSON.stringify(gate.judgements, null, 1), JSON.stringify(sample).length);
    console.log(JSON.stringify(sample.readings.find((x) => x.source === "isolation")), JSON.stringify(gate.judgements.filter((x) => x.state !== "passed")));
    expect(gate.judgements.filter(({ state }) => state === "failed")).toEqual([]);
  });
});
