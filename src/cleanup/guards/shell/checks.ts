import { verdictOf, type Check } from "../check.ts";
import type { GuardContext } from "../context.ts";
import { mixedIn, retiredIn } from "../names.ts";
import { classOf, patternOf, type Pattern, type PatternClass } from "../pattern.ts";
import { awkChecks } from "./awk.ts";
import { commandsIn, fails as failsAlways, grepOf, passes, speaks, type Grep } from "./commands.ts";
import { parseShell } from "./parse.ts";
import type { Command, Pipeline, Statement, Word } from "./syntax.ts";

/** The status with which a command lets the script fail; null: that is not known. */
type Fails = boolean | null;

interface Scope {
  context: Pick<GuardContext, "names" | "forms">;
  /** variables with a value that is written in the script */
  constants: ReadonlyMap<string, string>;
  /** variables that hold the output of commands */
  captures: ReadonlyMap<string, readonly Statement[]>;
  /** the script ends with the first command that fails */
  endsEarly: boolean;
}

/** What the variables of a script hold. */
export function scopeOf(statements: readonly Statement[], context: Scope["context"], endsEarly: boolean): Scope {
  const constants = new Map<string, string>();
  const captures = new Map<string, readonly Statement[]>();
  for (const { assignments } of commandsIn(statements))
    for (const { name, value } of assignments) {
      if (value.isStatic) constants.set(name, value.value);
      const [inner] = value.inner;
      if (inner) captures.set(name, inner);
    }
  const sets = [...commandsIn(statements)].some(
    ({ words: [name, flag, option] }) =>
      name?.value === "set" &&
      (/^-\w*e/.test(flag?.value ?? "") || (flag?.value === "-o" && option?.value === "errexit")),
  );
  return { context, constants, captures, endsEarly: endsEarly || sets };
}

/** The checks of a list of statements; each fails the script where it is false. */
export const checksOf = (statements: readonly Statement[], scope: Scope): Check[] =>
  statements.flatMap((one, n) => ofStatement(one, false, statements.slice(n + 1), scope));

function ofList(statements: readonly Statement[], last: Fails, scope: Scope): Check[] {
  return statements.flatMap((one, n) =>
    ofStatement(one, n === statements.length - 1 ? last : false, statements.slice(n + 1), scope),
  );
}

function ofStatement({ pipelines }: Statement, fails: Fails, later: readonly Statement[], scope: Scope): Check[] {
  // a status that is looked at later, or that ends nothing, says nothing by itself
  const isLost = later.length > 0 && (readsStatus(later[0]) || (!scope.endsEarly && pipelines.length === 1));
  return pipelines.flatMap((pipeline, n) => {
    const own = failsBy(pipelines, n, fails === false && isLost && !isCompound(pipeline) ? null : fails, later);
    return ofPipeline(pipeline, pipeline.negated && own !== null ? !own : own, later, scope);
  });
}

const isCompound = ({ commands }: Pipeline): boolean => commands.at(-1)?.compound !== null;

/** True if a statement reads the status of the one before. */
const readsStatus = (statement: Statement | undefined): boolean =>
  statement !== undefined &&
  [...commandsIn([statement])].some((one) =>
    [...one.words, ...one.assignments.map(({ value }) => value)].some(({ value }) => value.includes("$?")),
  );

/** The status of a pipeline by which its statement fails. */
function failsBy(pipelines: readonly Pipeline[], n: number, fails: Fails, later: readonly Statement[]): Fails {
  const next = pipelines[n + 1];
  if (!next) return fails;
  const alone = (one: Pipeline): Statement[] => [{ ...one, pipelines: [one] }];
  const isAnd = next.operator === "&&";
  if (failsAlways(alone(next))) return isAnd;
  // `A && echo fine || exit 1`
  const otherwise = pipelines.slice(n + 1).find(({ operator }) => operator === "||");
  if (isAnd && otherwise && failsAlways(alone(otherwise))) return false;
  if (passes(alone(next))) return failsAlways(later) ? !isAnd : null;
  if (speaks(alone(next)) && fails !== true) return isAnd ? null : false;
  // `if A || B` fails by either; `A && B` as a line fails only where its status is that of the script
  return fails === true || (isAnd && later.length === 0) ? fails : null;
}

function ofPipeline({ commands }: Pipeline, fails: Fails, later: readonly Statement[], scope: Scope): Check[] {
  const last = commands.at(-1);
  if (!last) return [];
  const before = commands.slice(0, -1);
  if (before.length === 0) return ofCommand(last, fails, later, scope);
  if (last.compound) {
    const body = last.compound.bodies[0] ?? [];
    return [...ofOutput(before, failsAlways(body) ? true : null, scope), ...ofCommand(last, fails, later, scope)];
  }
  const grep = grepOf(last, scope.constants);
  if (!grep) return [...ofOutput(before, null, scope), ...ofCommand(last, fails, later, scope)];
  return isTrivial(grep) ? ofOutput(before, fails, scope) : [...ofListed(before, scope), ...ofGrep(grep, fails, scope)];
}

const isTrivial = ({ patterns, inverted }: Grep): boolean =>
  patterns.every(({ source }) => /^(?:\^?\.?|\.\*|\^\.\*\$)$/.test(source)) && !inverted;

/** Programs embedded in a pipeline whose end is a search. */
const ofListed = (commands: readonly Command[], scope: Scope): Check[] =>
  commands.flatMap((one) => (isRead(one, scope) ? [] : ofCommand(one, null, [], scope)));

const isRead = (command: Command, scope: Scope): boolean => grepOf(command, scope.constants) !== null;

/** The checks of commands whose output, or its lack, lets the script fail. */
function ofOutput(commands: readonly Command[], fails: Fails, scope: Scope): Check[] {
  const checks: Check[] = [];
  for (const command of commands) {
    const grep = grepOf(command, scope.constants);
    if (!grep) {
      checks.push(...ofCommand(command, fails === true ? false : null, [], scope));
      continue;
    }
    for (const { pattern, class: about } of patternsOf(grep, scope)) {
      // a search for something else chooses what the next command sees
      if ((about === "other" || about === "selector") && !grep.lists) continue;
      checks.push({
        at: command.start,
        conditions: [{ pattern, class: about, present: grep.lists ? !fails : fails === true }],
        certain: fails !== null && !grep.inverted,
        scope: grep.lists ? "file" : "line",
      });
    }
  }
  return checks;
}

const outputOf = (statements: readonly Statement[], fails: Fails, scope: Scope): Check[] =>
  statements.flatMap(({ pipelines }) => pipelines.flatMap(({ commands }) => ofOutput(commands, fails, scope)));

function patternsOf(grep: Grep, { context }: Scope): { pattern: Pattern; class: PatternClass }[] {
  return grep.patterns.map(({ source, dialect, isStatic }) => {
    const pattern = patternOf(source, dialect, grep.insensitive ? "i" : "");
    const named = retiredIn(source, context.names) !== null;
    if (!isStatic) return { pattern: { ...pattern, regex: null }, class: named ? "unknown" : "other" };
    const found = classOf(pattern, context.names, context.forms);
    return { pattern, class: found === "other" && isPath(source) ? "selector" : found };
  });
}

/** `\.sql$`, `^supabase/migrations/`: names of files. */
const isPath = (source: string): boolean =>
  /^[\w\\./^$()|+*[\]-]*$/.test(source) && /\\?\.(?:sql|tsx?|jsx?)\b|migrations/.test(source);

function ofGrep(grep: Grep, fails: Fails, scope: Scope): Check[] {
  return patternsOf(grep, scope).map(({ pattern, class: about }) => ({
    at: grep.command.start,
    conditions: [{ pattern, class: about, present: grep.lists ? false : fails === true }],
    // the status of `grep -L` depends on its version: only a failure because of what it lists is certain
    certain: fails !== null && !grep.inverted && (!grep.lists || fails),
    scope: grep.lists || fails === false ? "file" : "line",
  }));
}

function ofCommand(command: Command, fails: Fails, later: readonly Statement[], scope: Scope): Check[] {
  if (command.compound) return ofCompound(command, fails, later, scope);
  const grep = grepOf(command, scope.constants);
  if (grep) return ofGrep(grep, fails, scope);
  const [first, ...rest] = command.words;
  const name = first?.value ?? "";
  if (["[", "[[", "test"].includes(name)) return ofTest(command, fails, scope);
  if (/^[gmn]?awk$/.test(name)) {
    const program = rest.find(({ value }, n) => !value.startsWith("-") && !/^-[vFf]$/.test(rest[n - 1]?.value ?? ""));
    return program ? awkChecks(program, scope.context) : [];
  }
  if (/^(?:ba|da|z)?sh$/.test(name) && rest[0]?.value === "-c" && rest[1]) {
    const inner = parseShell(rest[1].value);
    const at = rest[1].start;
    if (inner) return ofList(inner.statements, fails, scope).map((one) => ({ ...one, at }));
  }
  if (/^(?:echo|printf)$/.test(name)) return [];
  const inWords = [...command.words, ...command.redirects.map(({ target }) => target)].flatMap(({ inner }) =>
    inner.flatMap((one) => outputOf(one, null, scope)),
  );
  const text = command.words
    .filter(({ inner }) => inner.length === 0)
    .map(({ value }) => value)
    .join(" ");
  const isNamed = retiredIn(text, scope.context.names) ?? mixedIn(text, scope.context.names);
  return isNamed === null
    ? inWords
    : [...inWords, { at: command.start, conditions: [], certain: false, scope: "file" }];
}

function ofCompound(command: Command, fails: Fails, later: readonly Statement[], scope: Scope): Check[] {
  const { compound } = command;
  if (!compound) return [];
  const { keyword, conditions, bodies } = compound;
  if (keyword === "if") {
    const otherwise = bodies.length > conditions.length ? (bodies.at(-1) ?? []) : null;
    return [
      ...conditions.flatMap((condition, n) => {
        const body = bodies[n] ?? [];
        const isLast = n === conditions.length - 1;
        if (failsAlways(body)) return ofList(condition, true, scope);
        if (isLast && otherwise && failsAlways(otherwise)) return ofList(condition, false, scope);
        if (passes(body) && failsAlways(later)) return ofList(condition, false, scope);
        if (!speaks(body) || otherwise) return ofList(condition, null, scope);
        // a message alone: a complaint that something is missing, or that it is there, or good news
        return ofList(condition, true, scope).map((one) =>
          verdictOf(one) === "forbids" ? { ...one, certain: false } : one,
        );
      }),
      ...bodies.flatMap((one) => ofList(one, false, scope)),
    ];
  }
  const body = bodies[0] ?? [];
  const isLoop = keyword === "for" || keyword === "while";
  const read = isLoop
    ? [
        ...(keyword === "for" ? (conditions[0] ?? []).flatMap(({ pipelines }) => wordsOf(pipelines)) : []),
        ...command.redirects.filter(({ operator }) => operator.startsWith("<")).map(({ target }) => target),
      ]
    : [];
  return [
    ...read.flatMap((word) => ofWord(word, failsAlways(body) ? true : null, scope)),
    ...(keyword === "while" ? conditions.flatMap((one) => ofList(one, null, scope)) : []),
    ...bodies.flatMap((one) => ofList(one, keyword === "group" ? fails : false, scope)),
  ];
}

const wordsOf = (pipelines: readonly Pipeline[]): Word[] =>
  pipelines.flatMap(({ commands }) => commands.flatMap(({ words }) => [...words]));

/** Commands whose output a word holds, directly or by a variable. */
function ofWord(word: Word, fails: Fails, scope: Scope): Check[] {
  const variable = /^\$(?:(\w+)|\{(\w+)(?:\[@\])?\})$/.exec(word.value);
  const captured = variable ? scope.captures.get(variable[1] ?? variable[2] ?? "") : undefined;
  return [...word.inner, ...(captured ? [captured] : [])].flatMap((one) => outputOf(one, fails, scope));
}

/** `[ … ]` and `[[ … ]]`. */
function ofTest(command: Command, fails: Fails, scope: Scope): Check[] {
  const words = command.words.slice(1).filter(({ value }) => value !== "]" && value !== "]]");
  const parts: { joined: string; words: Word[] }[] = [{ joined: "", words: [] }];
  for (const word of words)
    if (["&&", "||", "-a", "-o"].includes(word.value)) parts.push({ joined: word.value, words: [] });
    else parts.at(-1)?.words.push(word);
  const checks = parts.map((part) => ofExpression(part.words, fails, command.start, scope));
  const isAnd = parts.length > 1 && parts.slice(1).every(({ joined }) => joined === "&&" || joined === "-a");
  if (!isAnd || fails !== true) return checks.flat();
  const all = checks.flat();
  if (all.length === 0) return [];
  return [
    {
      at: command.start,
      conditions: all.flatMap(({ conditions }) => conditions),
      certain: all.every(({ certain }) => certain),
      scope: all[0]?.scope ?? "file",
    },
  ];
}

function ofExpression(words: readonly Word[], fails: Fails, at: number, scope: Scope): Check[] {
  if (words[0]?.value === "!") return ofExpression(words.slice(1), fails === null ? null : !fails, at, scope);
  const [first, second, third] = words;
  const flipped = fails === null ? null : !fails;
  if (first && second && (first.value === "-n" || first.value === "-z"))
    return ofWord(second, first.value === "-n" ? fails : flipped, scope);
  if (first && !second) return ofWord(first, fails, scope);
  if (!first || !second || !third) return [];
  const number = Number(third.value);
  if (/^-(?:gt|ne|ge)$/.test(second.value)) return ofWord(first, number <= 1 ? fails : null, scope);
  if (/^-(?:eq|lt|le)$/.test(second.value)) return ofWord(first, number <= 1 ? flipped : null, scope);
  if (!/^(?:=~|==?|!=)$/.test(second.value)) return [];
  const isGlob = second.value !== "=~";
  const source = isGlob ? third.value.replaceAll("*", "") : third.value;
  if (source === "" || third.value === "") return ofWord(first, second.value === "!=" ? fails : flipped, scope);
  const pattern = patternOf(source, isGlob ? "fixed" : "extended");
  const found = classOf(pattern, scope.context.names, scope.context.forms);
  if (found === "other") return [];
  return [
    {
      at,
      conditions: [{ pattern, class: found, present: (second.value === "!=" ? flipped : fails) === true }],
      certain: fails !== null,
      scope: "file",
    },
  ];
}
