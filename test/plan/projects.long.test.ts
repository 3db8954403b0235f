import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { sliced } from "../support/slice.ts";
import { projectOf } from "./projects/generate.ts";
import { runProject } from "./projects/run.ts";
import { ROLES } from "./projects/shapes.ts";

// `npm run fuzz:plan` runs any number.
const SEEDS = Array.from({ length: 96 }, (_, index) => index + 1);

describe("a written migration opens nothing, does what the proof says, and is taken back", () => {
  let server: TestServer;
  let plain: Scratch;
  let supabase: Scratch;
  beforeAll(async () => {
    server = await startServer(15);
    const target = { kind: "server", url: server.url, superuser: true } as const;
    plain = await openScratch(target, { platform: { kind: "plain" } });
    await plain.db.exec(ROLES.map((role) => `create role ${role} nologin;`).join(" "));
    supabase = await openScratch(target);
  });
  afterAll(async () => {
    await supabase?.close();
    await plain?.close();
    await server?.stop();
  });

  const seeds = sliced(SEEDS);
  const written = { projects: 0, changed: 0 };
  test.each(seeds)("project %i", async (seed) => {
    const project = projectOf(seed);
    const result = await runProject(project, project.shape.isSupabase ? supabase : plain);
    if (result.kind !== "written") return;
    written.projects += 1;
    written.changed += result.changed;
    expect(result.faults).toEqual([]);
  });

  // a plan that stops shows nothing
  test("a quarter of them is written at least, and changes what requests may do", () => {
    expect(written.projects).toBeGreaterThanOrEqual(seeds.length / 4);
    expect(written.changed).toBeGreaterThan(0);
  });
});
