// Confirms the expected verdicts of case files on a real PostgreSQL 15: npx jiti test/cases/prove/confirm.ts [--only=ID] FILE…
// Random claims, settings in three states, rows. A verdict that some point contradicts, or that no point shows, fails.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { startServer } from "../../support/server.ts";
import { expressionsOf, type CaseFile, type ExpressionCase, type PolicySetCase } from "./confirm/case.ts";
import { Lab, type Seen } from "./confirm/lab.ts";

const args = process.argv.slice(2);
const only = args.find((arg) => arg.startsWith("--only="))?.slice(7);
const files = args.filter((arg) => !arg.startsWith("--"));
const ERROR_CHANGES = ["error->deny", "error->allow", "deny->error", "allow->error"];

/** What speaks against an expectation; nothing when it stands. */
function against(decision: string, errors: string[], seen: Seen, least: number): string[] {
  const count = (change: string): number => seen.changes.get(change) ?? 0;
  const faults: string[] = [];
  if (seen.broken) return [`the case does not run: ${seen.broken}`];
  if (decision === "unknown") return [];
  if (decision === "vacuous") return seen.points > 0 ? ["the assumption can be true"] : [];
  if (decision === "always-errors")
    return [...seen.changes].some(([change]) => !change.endsWith("->error")) || !seen.states.has("42P17")
      ? ["not every statement raises 42P17"]
      : [];
  if (seen.points < least) faults.push(`only ${seen.points} points`);
  const lost = count("allow->deny");
  const gained = count("deny->allow");
  const expected: Record<string, [boolean, boolean]> = {
    equivalent: [false, false],
    tighter: [true, false],
    looser: [false, true],
    incomparable: [true, true],
  };
  const [loses, gains] = expected[decision] ?? [false, false];
  if (lost > 0 !== loses) faults.push(`${lost} lost`);
  if (gained > 0 !== gains) faults.push(`${gained} gained`);
  for (const change of ERROR_CHANGES) {
    if (errors.includes(change) && count(change) === 0) faults.push(`${change} not seen`);
    if (!errors.includes(change) && count(change) > 0) faults.push(`${change} seen: ${seen.samples.get(change)}`);
  }
  return faults;
}

const show = (seen: Seen): string =>
  [`${seen.points} points`, ...[...seen.changes].toSorted().map(([change, n]) => `${change} ${n}`)].join(", ");

let bad = 0;
const server = await startServer(15);
try {
  for (const file of files) {
    const cases = JSON.parse(readFileSync(file, "utf8")) as CaseFile;
    const all: (ExpressionCase | PolicySetCase)[] = [...cases.expression_cases, ...cases.policyset_cases];
    const doubles = all.map((one) => String(one.id)).filter((id, index, ids) => ids.indexOf(id) !== index);
    if (doubles.length > 0) throw new Error(`${file}: ids twice: ${doubles.join(", ")}`);
    const queue = all.filter((one) => only === undefined || String(one.id).includes(only));
    let wrong = 0;
    const lab = await Lab.open(server.url, cases);
    const work = async (): Promise<void> => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
        const lines: string[] = [];
        let fine = true;
        try {
          expressionsOf(one);
          const results =
            "oldP" in one
              ? await lab.policySet(one)
              : [
                  {
                    part: "",
                    expected: one.expected,
                    seen: await lab.expression(
                      one,
                      (seen) =>
                        against(one.expected.decision, one.expected.errors, seen, 300).length === 0 ||
                        seen.broken !== null,
                    ),
                  },
                ];
          for (const { part, expected, seen } of results) {
            const faults = against(expected.decision, expected.errors, seen, part === "UPDATE_CHECK" ? 50 : 300);
            if (faults.length > 0) fine = false;
            const note = faults.length === 0 ? "" : `  CONTRADICTION: ${faults.join("; ")}`;
            lines.push(
              `  ${part.padEnd(13)}${expected.decision}${expected.errors.length > 0 ? ` ${expected.errors.join(" ")}` : ""} | ${show(seen)}${note}`,
            );
          }
        } catch (error) {
          fine = false;
          lines.push(`  ${error instanceof Error ? error.message : String(error)}`);
        }
        if (!fine) wrong++;
        console.log([`${fine ? "ok " : "BAD"} ${one.id} — ${one.title}`, ...lines].join("\n"));
      }
    };
    await Promise.all([work(), work(), work()]);
    await lab.close();
    bad += wrong;
    const total =
      all.length - (only === undefined ? 0 : all.length - all.filter((one) => String(one.id).includes(only)).length);
    console.log(`${basename(file)}: ${total} cases, ${total - wrong} ok, ${wrong} contradicted\n`);
  }
} finally {
  await server.stop();
}
process.exit(bad > 0 ? 1 : 0);
