import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { readCases } from "../cases/prove/case-file.ts";
import { CONSTRUCT_CASES } from "./constructs.ts";
import { EVERY_DEPENDS_CASE } from "./every-depends-case.ts";
import type { CaseKind } from "./mutant-run.ts";
import { MUTANTS } from "./mutants.ts";
import { EVERY_OBJECT_CASE } from "./every-object-case.ts";
import { ROLE_CASES } from "./objects-cases.ts";
import { TRIAL_CHANGES } from "./trial-changes.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const CASES = join(ROOT, "test/cases/prove");

// `npm run mutants` runs them; here is only what it needs to be able to
test("every mutant fits the present source", () => {
  const moved = MUTANTS.filter(({ file, find }) => {
    const text = readFileSync(join(ROOT, "src/prove", file), "utf8");
    return text.split(find).length !== 2;
  });
  expect(moved.map(({ id, file }) => `${id} in src/prove/${file}`)).toEqual([]);
});

test("every mutant changes something, under a name of its own", () => {
  expect(MUTANTS.filter(({ find, replace }) => find === replace)).toEqual([]);
  expect(new Set(MUTANTS.map(({ id }) => id)).size).toBe(MUTANTS.length);
});

test("every mutant names cases that there are, of its kind", () => {
  const policies = new Set(["probe: no time"]);
  for (const name of readdirSync(CASES).filter((file) => file.endsWith(".json")))
    for (const { id } of readCases(join(CASES, name))) policies.add(id);
  const ids: Record<CaseKind, ReadonlySet<string>> = {
    policies,
    constructs: new Set(
      Object.values(CONSTRUCT_CASES)
        .flat()
        .map(({ before, after }) => `${before} → ${after}`),
    ),
    trial: new Set(TRIAL_CHANGES.map(({ title }) => title)),
    depends: new Set(EVERY_DEPENDS_CASE.map(({ title }) => title)),
    objects: new Set([...EVERY_OBJECT_CASE, ...ROLE_CASES].map(({ title }) => title)),
  };
  expect(MUTANTS.filter(({ noticedBy }) => noticedBy.length === 0)).toEqual([]);
  expect(MUTANTS.flatMap(({ noticedBy, cases = "policies" }) => noticedBy.filter((id) => !ids[cases].has(id)))).toEqual(
    [],
  );
});
