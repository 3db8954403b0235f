import { resolve } from "node:path";
import { expect, test } from "vitest";
import { measure } from "./corpus/measure.ts";

/** Small projects in the styles of real ones: a token of Supabase, and settings of a role behind a pooler. */
test.each(["workshop", "harbour"])(
  "of the verdicts on %s less than 3 % are unknown",
  async (name) => {
    const made = await measure(resolve(import.meta.dirname, "corpus/projects", name), { budget: 300 });
    expect(made).not.toHaveProperty("failed");
    if ("failed" in made) return;
    expect(made.verdicts).toBeGreaterThan(50);
    expect({ reasons: made.unknown / made.verdicts < 0.03 ? {} : made.examples }).toEqual({ reasons: {} });
  },
  300_000,
);
