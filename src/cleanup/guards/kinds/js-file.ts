import { lineAt, nodesIn, parseModule, type Module, type Node } from "../../code/index.ts";
import { demandedBy, verdictOf, type Check } from "../check.ts";
import { unchanged, type GuardContext, type Outcome } from "../context.ts";
import { checksOfModule } from "../js/checks.ts";
import { mixedIn, retiredIn } from "../names.ts";
import { cutFrom, firstLine, lineEnd, lineStart, withBlankLine, type Cut } from "../text.ts";

/** Calls that change something outside of the program. */
const EFFECT =
  /\b(?:writeFile|appendFile|unlink|rm|rmdir|rename|copyFile|cp|mkdir|symlink|createWriteStream)(?:Sync)?\s*\(|\bfetch\s*\(|\.(?:query|rpc|insert|update|delete|upsert)\s*\(|\bgit\s+(?:push|commit|tag)\b|npm\s+publish/;

/** A scanner or a Danger file in JavaScript or TypeScript. */
export function cleanProgram(path: string, text: string, context: GuardContext): Outcome {
  const module = parseModule({ path, text });
  const result = unchanged(text);
  const named = retiredIn(text, context.names) ?? mixedIn(text, context.names);
  if (module === null) {
    if (named !== null) result.left.push({ line: lineAt(text, text.indexOf(named)), what: named, reason: "not-read" });
    return result;
  }
  const checks = checksOfModule(module, context);
  const verdicts = checks.map(verdictOf);
  result.checks = checks;
  const what = (at: number): string => firstLine(text.slice(at, lineEnd(text, at)));
  const place = (one: Check): { line: number; what: string } => ({
    line: lineAt(text, one.at),
    what: what(lineStart(text, one.at)),
  });
  const of = (verdict: string): Check[] => checks.filter((_, n) => verdicts[n] === verdict);
  const forbids = (): Outcome["forbids"] => of("forbids").map((one) => ({ ...place(one), endLine: place(one).line }));
  if (!verdicts.includes("demands"))
    return {
      ...result,
      forbids: forbids(),
      left: of("unknown").map((one) => ({
        ...place(one),
        reason: mixedIn(what(one.at), context.names) ? ("mixed-function" as const) : ("not-certain" as const),
      })),
    };
  const [first] = of("demands");
  const isWhole = !verdicts.includes("unknown") && !verdicts.includes("other") && !EFFECT.test(text);
  if (isWhole && !/(?:^|\/)dangerfile\.\w+$/i.test(path))
    return {
      ...result,
      after: null,
      removed: [{ ...place(first as Check), evidence: "demands", ...patternPart(first as Check) }],
    };
  return partOf(module, checks, result);
}

const patternPart = (check: Check): { pattern?: string } => {
  const pattern = demandedBy(check);
  return pattern === undefined ? {} : { pattern };
};

/** Top-level statements whose only subject is the old pattern. */
function partOf(module: Module, checks: readonly Check[], result: Outcome): Outcome {
  const { text, program } = module;
  const cuts: Cut[] = [];
  const gone: Node[] = [];
  for (const statement of program.body) {
    const own = checks.filter(({ at }) => at >= statement.start && at < statement.end);
    const verdicts = own.map(verdictOf);
    if (!verdicts.some((one) => one === "demands" || one === "unknown")) {
      for (const one of own.filter((check) => verdictOf(check) === "forbids"))
        result.forbids.push({
          line: lineAt(text, one.at),
          endLine: lineAt(text, statement.end),
          what: firstLine(text.slice(one.at)),
        });
      continue;
    }
    const line = lineAt(text, statement.start);
    const isOnly =
      verdicts.includes("demands") &&
      verdicts.every((one) => one === "demands" || one === "neutral" || one === "forbids") &&
      statement.type === "IfStatement" &&
      statement.alternate === null &&
      !EFFECT.test(text.slice(statement.start, statement.end));
    if (!isOnly) {
      result.left.push({
        line,
        endLine: lineAt(text, statement.end),
        what: firstLine(text.slice(statement.start, statement.end)),
        reason: "does-more",
      });
      continue;
    }
    gone.push(statement);
    result.removed.push({ line, what: firstLine(text.slice(statement.start, statement.end)), evidence: "demands" });
    cuts.push(linesOf(module, statement));
  }
  const kept = program.body.filter((one) => !gone.includes(one));
  for (const one of kept) {
    if (one.type !== "VariableDeclaration" || one.declarations.length !== 1) continue;
    const [declared] = one.declarations;
    const binding = declared && module.bindingOf.get(declared.id);
    const uses = module.nodes.filter(
      (node) => binding && node !== declared?.id && module.bindingOf.get(node) === binding,
    );
    const isUnused =
      uses.length > 0 &&
      uses.every((node) => gone.some((statement) => node.start >= statement.start && node.end <= statement.end));
    const isCall =
      declared?.init &&
      [...nodesIn(declared.init)].some(({ type }) => type === "CallExpression" || type === "AwaitExpression");
    if (isUnused && !isCall) cuts.push(linesOf(module, one));
  }
  const isIdle = kept.every(({ type }) => type === "ImportDeclaration" || type === "VariableDeclaration");
  if (gone.length > 0 && isIdle && result.left.length === 0) return { ...result, after: null };
  return cuts.length === 0 ? result : { ...result, after: cutFrom(text, cuts) };
}

function linesOf({ text, comments }: Module, node: Node): Cut {
  let start = lineStart(text, node.start);
  for (;;) {
    const above = comments.find(
      (one) =>
        one.end < start && text.slice(one.end, start).trim() === "" && !/\n[^\n]*\n/.test(text.slice(one.end, start)),
    );
    if (!above || text.slice(lineStart(text, above.start), above.start).trim() !== "") break;
    start = lineStart(text, above.start);
  }
  return withBlankLine(text, start, lineEnd(text, node.end - 1));
}
