// What `scripts/mutants.ts` starts inside a mutated copy of the project: every case through the prover, one line of JSON
// each. Arguments: the kind of cases, and their files.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { compareObjects } from "../../src/prove/objects/index.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { prove } from "../../src/prove/prove.ts";
import { changeOf, decisionOf, isOnlyTried } from "../../src/prove/trial/change.ts";
import type { Verdict } from "../../src/prove/verdict.ts";
import { readCases, type ProveCase } from "../cases/prove/case-file.ts";
import { agrees, describeVerdict } from "../cases/prove/run-case.ts";
import type { ReadConstructs, ReadDepends, ReadObject } from "./read-catalogs.ts";
import { readPolicy } from "./tiny.ts";
import { TRIAL_CHANGES, type TrialChange } from "./trial-changes.ts";

/** `policies`: case files of `test/cases/prove`; `trial`: `trial-changes.ts`; the others: what `read-catalogs.ts` gives, as JSON. */
export type CaseKind = "policies" | "depends" | "objects" | "constructs" | "trial";

/** How one case went. */
export interface CaseLine {
  file: string;
  id: string;
  right: boolean;
  got: string;
}

/** One check, and what it says where it fails; an exception is a failure of that check alone. */
function attempt(file: string, id: string, check: () => { right: boolean; got: string }): CaseLine {
  try {
    return { file, id, ...check() };
  } catch (error) {
    return { file, id, right: false, got: `crash: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Without any time a verdict is `unknown` and says why. The format of case files has no words for this. */
function withoutTime(given: ProveCase): { right: boolean; got: string } {
  const verdicts = prove(given.before, given.after, {
    relations: new Set([given.relation]),
    roles: [given.role],
    timeout: -1,
  });
  const found = verdicts.find((verdict) => verdict.component === given.component && verdict.role === given.role);
  return {
    right: found?.decision === "unknown" && found.reasons.some((reason) => reason.kind === "budget"),
    got: found ? describeVerdict(found) : "no verdict",
  };
}

const asked = new Map<string, Verdict[]>();

/** What `runCase` gives; cases that put the same question for another component share its verdicts, which is most of them. */
function verdictOn(given: ProveCase): Verdict {
  const { before, after, relation, role, assumption } = given;
  const question = JSON.stringify([before, after, relation, role, assumption]);
  const verdicts =
    asked.get(question) ??
    prove(before, after, {
      relations: new Set([relation]),
      roles: [role],
      assumptions: [{ name: "assumed", conditions: assumption }],
    });
  asked.set(question, verdicts);
  const found = verdicts.find((verdict) => verdict.component === given.component && verdict.role === role);
  if (!found) throw new Error("no verdict");
  return found;
}

const say = (line: CaseLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

function runPolicies(files: readonly string[]): void {
  let probed: ProveCase | undefined;
  for (const file of files)
    for (const given of readCases(file)) {
      if (given.assumption.length === 0 && given.id === "14") probed ??= given;
      say(
        attempt(basename(file), given.id, () => {
          const verdict = verdictOn(given);
          return { right: agrees(given, verdict), got: describeVerdict(verdict) };
        }),
      );
    }
  const quantified = probed;
  if (quantified) say(attempt("", "probe: no time", () => withoutTime(quantified)));
}

function runDepends(given: ReadDepends): { right: boolean; got: string } {
  const { before, after, decision } = given;
  const verdicts = prove(before, after, { relations: new Set(["public.letters"]), roles: ["authenticated"] });
  const found = verdicts.find(({ component, role }) => component === "SELECT" && role === "authenticated");
  return { right: found?.decision === decision, got: found ? describeVerdict(found) : "no verdict" };
}

const effectOf = (line: string): string => line.split(" ")[0] ?? "";

function runObjects({ before, after, expected, ofRole }: ReadObject): { right: boolean; got: string } {
  const shown = compareObjects(before, after)
    .filter(({ effect }) => effect !== "changes")
    .map(({ effect, kind, name }) => `${effect} ${kind} ${name}`);
  const effects = new Set(expected.map(effectOf));
  const right = ofRole
    ? expected.every((line) => shown.includes(line)) && shown.every((line) => effects.has(effectOf(line)))
    : JSON.stringify(shown) === JSON.stringify(expected);
  return { right, got: shown.join(", ") };
}

/** A difference that a PostgreSQL would have to confirm is left open here. */
function runConstruct(
  base: Catalog,
  { before, after, decision }: ReadConstructs["cases"][number],
): { right: boolean; got: string } {
  const [one, two] = [before, after].map((using) => ({ ...base, policies: [readPolicy("files", using)] }));
  const verdicts =
    one && two ? prove(one, two, { relations: new Set(["public.files"]), roles: ["authenticated"] }) : [];
  const found = verdicts.find(({ component, role }) => component === "SELECT" && role === "authenticated");
  const isOpen = decision !== "equivalent" && found?.decision === "unknown";
  return { right: isOpen || found?.decision === decision, got: found ? describeVerdict(found) : "no verdict" };
}

function runConstructs(files: readonly string[]): void {
  for (const file of files)
    for (const { base, cases } of JSON.parse(readFileSync(file, "utf8")) as ReadConstructs[])
      for (const given of cases) say(attempt("constructs", given.title, () => runConstruct(base, given)));
}

function runTrialChange({ answers, decision, onlyTried }: TrialChange): { right: boolean; got: string } {
  const decided = decisionOf(new Set(answers.flatMap(([before, after]) => changeOf(before, after) ?? [])));
  const isTried = isOnlyTried({ decision: decided, certainty: { kind: "trial", points: 100 } });
  return { right: decided === decision && isTried === onlyTried, got: isTried ? `${decided}, only tried` : decided };
}

function runRead<Case extends { title: string }>(
  kind: CaseKind,
  files: readonly string[],
  run: (given: Case) => { right: boolean; got: string },
): void {
  for (const file of files)
    for (const given of JSON.parse(readFileSync(file, "utf8")) as Case[])
      say(attempt(kind, given.title, () => run(given)));
}

const [kind, ...files] = process.argv.slice(2);
if (kind === "depends") runRead(kind, files, runDepends);
else if (kind === "objects") runRead(kind, files, runObjects);
else if (kind === "trial")
  for (const given of TRIAL_CHANGES) say(attempt(kind, given.title, () => runTrialChange(given)));
else if (kind === "constructs") runConstructs(files);
else runPolicies(files);
