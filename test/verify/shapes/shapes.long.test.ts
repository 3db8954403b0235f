import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSource } from "../../../src/pipeline/source.ts";
import { verifySource } from "../../../src/pipeline/verify.ts";
import { silent } from "../../../src/progress.ts";
import type { Verification } from "../../../src/verify/matrix/verification.ts";
import { sliced } from "../../support/slice.ts";
import { CLEAN, HOLES } from "./holes.ts";
import { migrationOf, SHAPES, type Shape } from "./shapes.ts";

/** Attack the project as `rlsmith verify` does, from its folder and without a config. */
async function attacked(shape: Shape, planted: (shape: Shape) => string): Promise<Verification> {
  const projectDir = mkdtempSync(join(tmpdir(), "rlsmith-shape-"));
  try {
    const files = { ...shape.beside, [shape.file]: migrationOf(shape, planted) };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(projectDir, name)), { recursive: true });
      writeFileSync(join(projectDir, name), text);
    }
    const source = await openSource({ projectDir, scratch: { kind: "embedded" }, strict: true, progress: silent });
    try {
      return await verifySource(source, null, () => {}, silent);
    } finally {
      await source.close();
    }
  } finally {
    rmSync(projectDir, { recursive: true, force: true });
  }
}

test("there are 72 projects with a hole, and 24 without", () => {
  expect([SHAPES.length, HOLES.length, CLEAN.length]).toEqual([6, 12, 4]);
});

const planted = SHAPES.flatMap((shape) => HOLES.map((hole) => ({ shape, hole })));
const clean = SHAPES.flatMap((shape) => CLEAN.map((added) => ({ shape, added })));

describe("the object that opens rows is named", () => {
  test.each(sliced(planted).map((one) => [one.shape.id, one.hole.id, one] as const))(
    "%s: %s",
    async (_shape, _hole, { shape, hole }) => {
      const found = await attacked(shape, hole.plant);
      expect(found.breaches.map(({ object }) => object.name)).toContain(hole.object);
    },
  );
});

describe("a project without a hole has no breach, and most of it is settled", () => {
  test.each(sliced(clean).map((one) => [one.shape.id, one.added.id, one] as const))(
    "%s: %s",
    async (_shape, _added, { shape, added }) => {
      const found = await attacked(shape, added.plant);
      expect(found.breaches.map(({ object, message }) => `${object.name}: ${message}`)).toEqual([]);
      expect(found.settlement.share).toBeGreaterThan(0.8);
    },
  );
});
