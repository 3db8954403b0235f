// What `scripts/mutants.ts` starts inside a mutated copy of the project: every case through the prover, one line of JSON each.
import { basename } from "node:path";
import { prove } from "../../src/prove/prove.ts";
import type { Verdict } from "../../src/prove/verdict.ts";
import { readCases, type ProveCase } from "../cases/prove/case-file.ts";
import { agrees, describeVerdict } from "../cases/prove/run-case.ts";

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

/** Their verdicts hang on what a Postgres says to the witness; here there is none. */
const NEEDS_POSTGRES = new Set(["uuid-text-via-lower"]);

let quantified: ProveCase | undefined;
for (const file of process.argv.slice(2))
  for (const given of readCases(file)) {
    if (NEEDS_POSTGRES.has(given.id)) continue;
    quantified ??= given.assumption.length === 0 && given.id === "14" ? given : undefined;
    say(
      attempt(basename(file), given.id, () => {
        const verdict = verdictOn(given);
        return { right: agrees(given, verdict), got: describeVerdict(verdict) };
      }),
    );
  }
const probed = quantified;
if (probed) say(attempt("", "probe: no time", () => withoutTime(probed)));
