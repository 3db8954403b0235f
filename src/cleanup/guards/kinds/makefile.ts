import { lineAt } from "../../code/index.ts";
import { unchanged, type GuardContext, type Outcome } from "../context.ts";
import { cleanShell } from "../shell/clean.ts";
import { cutFrom, firstLine, lineStart, withBlankLine, type Cut } from "../text.ts";

interface Target {
  names: string[];
  start: number;
  end: number;
  recipe: { start: number; end: number; text: string }[];
}

/** A Makefile: targets whose recipe only guards the old pattern, and the places that need them. */
export function cleanMakefile(text: string, context: GuardContext): Outcome {
  const result = unchanged(text);
  const cuts: Cut[] = [];
  for (const target of targetsOf(text)) {
    const cleaned = target.recipe.map((line) => ({ line, ...cleanShell(line.text.replaceAll("$$", "$ "), context) }));
    for (const { line, checks } of cleaned) result.checks.push(...checks.map((one) => ({ ...one, at: line.start })));
    for (const { line, left, forbids } of cleaned) {
      const at = lineAt(text, line.start);
      for (const one of left) result.left.push({ line: at, what: one.what, reason: one.reason });
      for (const one of forbids) result.forbids.push({ line: at, endLine: at, what: one.what });
    }
    const lost = cleaned.filter(({ after }) => after === null);
    if (lost.length === 0) continue;
    const isPhony =
      target.names.length === 1 &&
      new RegExp(
        String.raw`^\.PHONY\s*:.*(?<![\w-])${target.names[0]?.replaceAll(/\W/g, String.raw`\$&`)}(?![\w-])`,
        "m",
      ).test(text);
    const isAll = lost.length === cleaned.length && (isPhony || !/[./%$]/.test(target.names.join("")));
    for (const { line, removed } of lost)
      result.removed.push({
        line: lineAt(text, line.start),
        what: firstLine(line.text),
        evidence: removed[0]?.evidence ?? "demands",
      });
    if (isAll) {
      cuts.push(withBlankLine(text, startOf(text, target.start), target.end));
      result.targets.push(...target.names);
    } else for (const { line } of lost) cuts.push({ start: lineStart(text, line.start), end: line.end });
  }
  const gone = new Set([...context.targets, ...result.targets]);
  for (const found of gone.size === 0 ? [] : text.matchAll(/^([\w.%/ -]+?)\s*:(?!=)([^=\n#]*)/gm)) {
    const [whole, names = "", needed = ""] = found;
    if (names.split(/\s+/).some((one) => gone.has(one))) continue;
    const rest = needed.split(/\s+/).filter((one) => one !== "" && !gone.has(one));
    if (rest.length === needed.split(/\s+/).filter((one) => one !== "").length) continue;
    const start = found.index + whole.length - needed.length;
    if (names === ".PHONY" && rest.length === 0)
      cuts.push({ start: found.index, end: Math.min(found.index + whole.length + 1, text.length) });
    else cuts.push({ start, end: start + needed.length, text: rest.length === 0 ? "" : ` ${rest.join(" ")}` });
    if (names !== ".PHONY")
      result.removed.push({ line: lineAt(text, found.index), what: firstLine(whole), evidence: "runs-what-goes" });
  }
  return cuts.length === 0 ? result : { ...result, after: cutFrom(text, cuts) };
}

function targetsOf(text: string): Target[] {
  const targets: Target[] = [];
  let open: Target | null = null;
  for (let at = 0; at < text.length;) {
    const found = text.indexOf("\n", at);
    let end = found === -1 ? text.length : found + 1;
    while (text.slice(at, end).trimEnd().endsWith("\\") && end < text.length) {
      const next = text.indexOf("\n", end);
      end = next === -1 ? text.length : next + 1;
    }
    const line = text.slice(at, end);
    const head = /^([\w.%/ -]+?)\s*:(?![=:])/.exec(line);
    if (line.startsWith("\t") && open) {
      const lead = /^\t[@+-]*\s*/.exec(line)?.[0].length ?? 1;
      open.recipe.push({ start: at + lead, end, text: line.slice(lead).trimEnd() });
      open.end = end;
    } else if (head && !/^\.[A-Z]/.test(line)) {
      open = { names: (head[1] ?? "").trim().split(/\s+/), start: at, end, recipe: [] };
      targets.push(open);
    } else if (line.trim() !== "") open = null;
    at = end;
  }
  return targets;
}

/** With the comment lines directly above. */
function startOf(text: string, start: number): number {
  let from = start;
  while (from > 0 && text.startsWith("#", lineStart(text, from - 1))) from = lineStart(text, from - 1);
  return from;
}

/** CODEOWNERS: lines of files that go. */
export function cleanCodeOwners(text: string, { files }: Pick<GuardContext, "files">): Outcome {
  const result = unchanged(text);
  const cuts: Cut[] = [];
  let at = 0;
  for (const line of text.split(/(?<=\n)/)) {
    const [path = ""] = line.trim().split(/\s+/);
    if (!path.startsWith("#") && path !== "" && files.has(path.replace(/^\//, ""))) {
      cuts.push({ start: at, end: at + line.length });
      result.removed.push({ line: lineAt(text, at), what: line.trim(), evidence: "runs-what-goes" });
    }
    at += line.length;
  }
  return cuts.length === 0 ? result : { ...result, after: cutFrom(text, cuts) };
}
