import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeLocation } from "../../src/finding.ts";
import { openLab, type Lab } from "./support.ts";
import { FINDING_CASES } from "./finding-cases.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => lab?.close());

const found = async (sql: string, code: string): Promise<string[]> =>
  (await lab.analyse(sql)).findings
    .filter((one) => one.code === code)
    .map((one) => `${one.severity} ${describeLocation(one.at)}`);

describe.each(FINDING_CASES)("$code", ({ code, found: variants, silent }) => {
  test.each(variants)("$name", async ({ sql, at }) => {
    expect(await found(sql, code)).toEqual(at);
  });
  test.each(silent)("silent: $name", async ({ sql }) => {
    expect(await found(sql, code)).toEqual([]);
  });
});
