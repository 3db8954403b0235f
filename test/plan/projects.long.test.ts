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

  test.each(sliced(SEEDS))("project %i", async (seed) => {
    const project = projectOf(seed);
    const result = await runProject(project, project.shape.isSupabase ? supabase : plain);
    expect(result.kind === "written" ? result.faults : []).toEqual([]);
  });
});
