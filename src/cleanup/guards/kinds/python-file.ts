import { lineAt } from "../../code/index.ts";
import { verdictOf, type Check } from "../check.ts";
import { unchanged, type GuardContext, type Outcome } from "../context.ts";
import { mixedIn, retiredIn } from "../names.ts";
import { classOf, patternOf, type Pattern } from "../pattern.ts";
import { firstLine } from "../text.ts";

const TEXT = String.raw`[rfbu]{0,2}(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')`;
const FAILS =
  /\bsys\.exit\(\s*(?!0)|\braise\b|\bexit\(\s*[1-9]|\b(?:errors?|violations?|missing|problems?|bad|failures?|offenders)\.append\(|\b(?:fail\w*|errors?|status|violations?)\s*(?:\+=|=\s*(?:True|1)\b)|\breturn\s+1\b/i;
const EFFECT =
  /\bopen\([^)]*["'][wax]|\.write_text\(|\bos\.(?:remove|rename|unlink)|\bshutil\.|requests\.(?:post|put|delete)|\.execute\(/;

/** A scanner in Python. It goes as a whole, or a person looks at it. */
export function cleanPython(text: string, context: GuardContext): Outcome {
  const result = unchanged(text);
  const code = withoutProse(text);
  const compiled = new Map(
    [...code.matchAll(new RegExp(String.raw`^(\w+)\s*=\s*re\.compile\(\s*${TEXT}`, "gm"))].map((found) => [
      found[1] ?? "",
      found[2] ?? found[3] ?? "",
    ]),
  );
  const constants = new Map(
    [...code.matchAll(new RegExp(String.raw`^(\w+)\s*=\s*${TEXT}[ \t]*$`, "gm"))].map((found) => [
      found[1] ?? "",
      found[2] ?? found[3] ?? "",
    ]),
  );
  const lines = code.split("\n");
  const used = new Set<number>();
  const checks: Check[] = [];
  let offset = 0;
  lines.forEach((line, n) => {
    const at = offset;
    offset += line.length + 1;
    const add = (pattern: Pattern, negated: boolean): void => {
      used.add(n);
      const certain = failsBelow(lines, n) && !/\bor\b/.test(line);
      checks.push({
        at,
        conditions: [{ pattern, class: classOf(pattern, context.names, context.forms), present: !negated }],
        certain,
        scope: "file",
      });
    };
    for (const [, not, first, second] of line.matchAll(
      new RegExp(String.raw`(\bnot\s+)?re\.(?:search|match|findall|fullmatch)\(\s*${TEXT}`, "g"),
    ))
      add(patternOf(first ?? second ?? "", "perl"), not !== undefined);
    for (const [, not, name = ""] of line.matchAll(/(\bnot\s+)?(\w+)\.(?:search|match|findall|fullmatch)\(/g)) {
      const source = compiled.get(name);
      if (source !== undefined) add(patternOf(source, "perl"), not !== undefined);
    }
    for (const [, first, second, not] of line.matchAll(new RegExp(String.raw`${TEXT}\s+(not\s+)?in\s+\w`, "g")))
      if (/^\s*(?:if|elif)\b|\bif\b/.test(line)) add(patternOf(first ?? second ?? "", "fixed"), not !== undefined);
    for (const [, name = "", not] of line.matchAll(/\b([A-Z_]+)\s+(not\s+)?in\s+\w/g)) {
      const source = constants.get(name);
      if (source !== undefined) add(patternOf(source, "fixed"), not !== undefined);
    }
  });
  offset = 0;
  lines.forEach((line, n) => {
    const at = offset;
    offset += line.length + 1;
    const isDefinition = [...compiled.keys(), ...constants.keys()].some(
      (name) => line.startsWith(`${name} `) || line.startsWith(`${name}=`),
    );
    const isMessage = /^\s*(?:print\(|raise |sys\.exit\(|\w+\.append\(|f?["'])/.test(line);
    const plain = line.replaceAll("\\", "");
    if (
      !used.has(n) &&
      !isDefinition &&
      !isMessage &&
      (retiredIn(plain, context.names) ?? mixedIn(plain, context.names)) !== null
    )
      checks.push({ at, conditions: [], certain: false, scope: "file" });
  });
  result.checks = checks;
  const place = (one: Check): { line: number; what: string } => ({
    line: lineAt(text, one.at),
    what: firstLine(text.slice(one.at)),
  });
  const verdicts = checks.map(verdictOf);
  const demands = checks.find((_, n) => verdicts[n] === "demands");
  if (demands && !verdicts.includes("unknown") && !verdicts.includes("other") && !EFFECT.test(code))
    return { ...result, after: null, removed: [{ ...place(demands), evidence: "demands" }] };
  const told = checks.filter((_, n) => verdicts[n] === "unknown" || verdicts[n] === "demands");
  return {
    ...result,
    left: told.map((one) => ({ ...place(one), reason: demands ? ("does-more" as const) : ("not-certain" as const) })),
    forbids: checks
      .filter((_, n) => verdicts[n] === "forbids")
      .map((one) => ({ ...place(one), endLine: place(one).line })),
  };
}

/** True if the block below a line, or what follows a comprehension, fails or complains. */
function failsBelow(lines: readonly string[], n: number): boolean {
  const line = lines[n] ?? "";
  const indent = /^\s*/.exec(line)?.[0].length ?? 0;
  if (!/^\s*(?:if|elif)\b/.test(line)) {
    // `missing = [… if …]`, and later `if missing:`
    const name = /^\s*(\w+)\s*=\s*[[(]/.exec(line)?.[1];
    const at = lines.findIndex(
      (one, m) => m > n && new RegExp(String.raw`^\s*if\s+(?:len\()?${name ?? "\\b\\B"}\)?\s*(?:>\s*0\s*)?:`).test(one),
    );
    return name !== undefined && at !== -1 && failsBelow(lines, at);
  }
  const body: string[] = [/:\s*(.*)$/.exec(line)?.[1] ?? ""];
  for (const one of lines.slice(n + 1)) {
    if (one.trim() !== "" && (/^\s*/.exec(one)?.[0].length ?? 0) <= indent) break;
    body.push(one);
  }
  return FAILS.test(body.join("\n"));
}

/** The text with comments and documentation blanked out, at the same offsets. */
const withoutProse = (text: string): string =>
  text
    .replaceAll(/"""[^]*?"""|'''[^]*?'''/g, (found) => found.replaceAll(/[^\n]/g, " "))
    .replaceAll(/(^|\s)#[^\n]*/g, (found) => found.replaceAll(/[^\n]/g, " "));
