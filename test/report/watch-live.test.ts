import pc from "picocolors";
import { expect, test, vi } from "vitest";
import { liveView } from "../../src/cli/terminal.ts";
import { sparkline } from "../../src/report/sparkline.ts";
import { figuresWith, renderLive, renderWatch, type Figures } from "../../src/report/watch.ts";
import { gateOf } from "../../src/watch/index.ts";
import { sampleOf, watchedOf } from "../watch/criteria/watched.ts";

const plain = pc.createColors(false);

test("bars reach from zero to the greatest figure; what is more than zero is seen, and what is not known is empty", () => {
  expect(sparkline([0, 1, 1000, null, 1000])).toBe("▁▂█ █");
  expect(sparkline([0, 0])).toBe("▁▁");
  expect(sparkline([])).toBe("");
});

const taken = (minutes: number) => {
  const samples = Array.from({ length: minutes + 1 }, (_, n) => sampleOf(n + 1));
  const [sample] = samples.slice(-1);
  if (!sample) throw new Error("there is one");
  return {
    sample,
    kept: true,
    gate: gateOf({ target: "staging", planHash: "0".repeat(64) }, watchedOf(samples), {}),
    notified: null,
  };
};

test("the time of the run and to the next sample, and bars before each figure", () => {
  let figures: Figures = new Map();
  for (const minutes of [0, 60, 120]) figures = figuresWith(figures, taken(minutes).gate);
  const times = { elapsed: 7_500_000, left: 41_200, figures };
  const lines = renderLive(taken(120), times, plain).split("\n");
  expect(lines[1]).toBe("watched for 2 h 5 min, next sample in 42 s");
  // 0, 1 and 2 hours without a gap: a half of seven steps is rounded up
  expect(lines.find((line) => line.includes("  time "))).toBe(
    "not enough yet  time       ▁▅█  2 h watched without a gap, 24 wanted",
  );
  // no log was read, so that nothing is known of denials
  expect(lines.find((line) => line.includes("  denials "))).toContain("cannot be told  denials         0 new");
});

test("at most 24 bars are kept", () => {
  let figures: Figures = new Map();
  for (let n = 0; n < 30; n += 1) figures = figuresWith(figures, taken(0).gate);
  expect(figures.get("time")).toHaveLength(24);
});

/** Run with stderr as a terminal of that size, or none, and return what was written to it. */
async function written(
  size: { columns: number; rows: number } | null,
  work: (view: ReturnType<typeof liveView>) => Promise<void>,
): Promise<string> {
  const { isTTY, columns, rows } = process.stderr;
  let text = "";
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((part) => {
    text += String(part);
    return true;
  });
  Object.assign(process.stderr, { isTTY: size !== null, ...size });
  vi.stubEnv("TERM", "xterm");
  try {
    await work(liveView());
    return text;
  } finally {
    spy.mockRestore();
    vi.unstubAllEnvs();
    Object.assign(process.stderr, { isTTY, columns, rows });
  }
}

test("a terminal is drawn anew over the rows that were used, and what is said stays above", async () => {
  const text = await written({ columns: 10, rows: 20 }, async (view) => {
    await view.show(() => "one\nlonger than ten", 1);
    view.say("said");
    await view.show(() => "two", 1);
  });
  // the second line takes two rows
  expect(text).toBe("one\nlonger than ten\n\u001B[3A\u001B[Jsaid\ntwo\n");
});

test("colours take no room, and a screen is not left", async () => {
  vi.stubEnv("NO_COLOR", undefined);
  const text = await written({ columns: 10, rows: 3 }, async (view) => {
    const coloured = view.colours.red("0123456789");
    for (let n = 0; n < 2; n += 1) await view.show(() => `${coloured}\nsecond\nthird`, 1);
  });
  expect(text).toBe(
    "\u001B[31m0123456789\u001B[39m\nsecond\n\u001B[2A\u001B[J\u001B[31m0123456789\u001B[39m\nsecond\n",
  );
});

test("without a terminal each text is written once, as it is", async () => {
  const text = await written(null, async (view) => {
    expect(view.isDrawn).toBe(false);
    await view.show(() => renderWatch(taken(0), view.colours), 1);
  });
  expect(text).toBe(renderWatch(taken(0), plain));
});
