import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TOOL_NAMES } from "../../../src/migration-tools/index.ts";
import { emittedPath, isEmitted } from "../../../src/verify/emit/place.ts";
import { pgtap } from "../../../src/verify/emit/pgtap.ts";
import { vitest } from "../../../src/verify/emit/vitest.ts";
import { project } from "../../support/cli.ts";
import { clinicTests } from "./clinic.ts";

test("supabase: where `supabase test db` looks", () => {
  const projectDir = project({});
  const place = { layout: "supabase" as const, folder: join(projectDir, "supabase/migrations"), projectDir };
  expect(emittedPath(place, "pgtap")).toBe(join(projectDir, "supabase/tests/database/rls_isolation.test.sql"));
  expect(emittedPath(place, "vitest")).toBe(join(projectDir, "tests/rls_isolation.test.ts"));
});

test.each(TOOL_NAMES.filter((layout) => layout !== "supabase"))("%s: the project's folder of tests", (layout) => {
  const projectDir = project({});
  const place = { layout, folder: join(projectDir, "db/migrations"), projectDir };
  expect(emittedPath(place, "pgtap")).toBe(join(projectDir, "tests/database/rls_isolation.test.sql"));
  mkdirSync(join(projectDir, "test"));
  expect(emittedPath(place, "pgtap")).toBe(join(projectDir, "test/database/rls_isolation.test.sql"));
  expect(emittedPath(place, "vitest")).toBe(join(projectDir, "test/rls_isolation.test.ts"));
  mkdirSync(join(projectDir, "tests"));
  expect(emittedPath(place, "vitest")).toBe(join(projectDir, "tests/rls_isolation.test.ts"));
});

test("an emitted file is known again, also with other line ends; anything else is not", () => {
  const [sql, ts] = [pgtap(clinicTests), vitest(clinicTests)];
  expect([isEmitted(sql, "pgtap"), isEmitted(ts.replaceAll("\n", "\r\n"), "vitest")]).toEqual([true, true]);
  expect([isEmitted(sql, "vitest"), isEmitted("", "pgtap"), isEmitted(`begin;\n${sql}`, "pgtap")]).toEqual([
    false,
    false,
    false,
  ]);
});
