import { expect, test } from "vitest";
import { untilNext } from "../../src/cli/watch-options.ts";
import { project } from "../support/cli.ts";
import { inThisProcess } from "../support/in-process.ts";

const dir = project({
  "rlsmith.config.ts": 'export default { targets: { staging: { url: { env: "NO_SUCH_URL" } } } };',
});

test.each([
  [["--every", "0"], "--every does not accept `0`"],
  [["--for", "x"], "--for does not accept `x`"],
  [["--metrics", "65536"], "--metrics does not accept `65536`"],
  [["--on-fail", "rollback", "--on", "denial"], "--on names no criterion `denial`"],
  [["--on-fail", "rollback"], "--on-fail needs the criteria"],
  [["--on", "denials"], "--on is for --on-fail"],
  [["--metrics", "9187", "--once"], "--once ends at once"],
])("%j is refused by its own name", async (args, why) => {
  const { code, stderr } = await inThisProcess(["watch", dir, ...args]);
  expect([code, stderr.includes(why)]).toEqual([2, true]);
});

test("the next sample is a whole period after the first, however long one took", () => {
  const every = { every: 60, for: null };
  expect([untilNext(0, every), untilNext(1000, every), untilNext(125_000, every)]).toEqual([60_000, 59_000, 55_000]);
  expect(untilNext(3_600_000, { every: 60, for: 1 })).toBe(null);
  expect(untilNext(0, { every: 60, for: null, once: true })).toBe(null);
});
