import { parseShell } from "./parse.ts";
import type { Command, Statement } from "./syntax.ts";

/** Every command of statements, those in substitutions and compound commands too. */
export function* commandsIn(statements: readonly Statement[]): Generator<Command> {
  for (const { pipelines } of statements)
    for (const { commands } of pipelines)
      for (const command of commands) {
        yield command;
        for (const word of [
          ...command.words,
          ...command.assignments.map(({ value }) => value),
          ...command.redirects.map(({ target }) => target),
        ])
          for (const inner of word.inner) yield* commandsIn(inner);
        for (const inner of [...conditionsOf(command), ...(command.compound?.bodies ?? [])]) yield* commandsIn(inner);
      }
}

/** The values of `for` are words, of which only the commands within are run. */
function conditionsOf({ compound }: Command): (readonly Statement[])[] {
  if (!compound) return [];
  if (compound.keyword !== "for") return [...compound.conditions];
  return compound.conditions.flatMap((list) =>
    list.flatMap(({ pipelines }) =>
      pipelines.flatMap(({ commands }) => commands.flatMap(({ words }) => words.flatMap(({ inner }) => [...inner]))),
    ),
  );
}

/** Commands without an effect on anything but the script itself. */
const HARMLESS = new Set(
  "set cd source . export local declare readonly typeset echo printf exit return test [ [[ true false : shift read continue break find sort uniq basename dirname wc cat head tail tr cut awk sed grep egrep fgrep rg xargs pwd mktemp unset let getopts shopt command type date tput ls jq comm diff mapfile readarray trap husky".split(
    " ",
  ),
);
const GIT_READS = new Set([
  "diff",
  "rev-parse",
  "ls-files",
  "show",
  "status",
  "log",
  "merge-base",
  "grep",
  "fetch",
  "config",
]);

/** True if a command changes nothing outside of the script. */
export function isHarmless({ words, redirects, compound }: Command): boolean {
  const writes = redirects.some(
    ({ operator, target }) =>
      operator.startsWith(">") && !/^(?:\d|\/dev\/|&\d)/.test(target.value) && operator !== ">&",
  );
  if (writes) return false;
  if (compound !== null || words.length === 0) return true;
  const [name = "", ...rest] = words.map(({ value }) => value);
  if (name === "git") return GIT_READS.has(rest.find((one) => !one.startsWith("-")) ?? "");
  if (name === "find") return !rest.some((one) => /^-(?:delete|exec|execdir|ok)$/.test(one));
  if (name === "sed") return !rest.some((one) => /^-i|^--in-place/.test(one));
  if (name === "xargs") return HARMLESS.has(rest.find((one) => !/^-|^\d+$|^\{\}$/.test(one)) ?? "");
  if (/^(?:ba|da|z)?sh$/.test(name) && rest[0] === "-c") {
    const inner = parseShell(rest[1] ?? "");
    return inner !== null && [...commandsIn(inner.statements)].every(isHarmless);
  }
  if (name === "trap") return !/[;|&]/.test(rest[0] ?? "");
  return HARMLESS.has(name) || /[._]?husky\.sh$/.test(name);
}

const FLAG_NAME =
  /^(?:fail\w*|\w*err(?:ors?)?|status|\w*violations?|bad\w*|rc|ret|code|exit\w*|problems?|missing\w*|ok|issues?)$/i;

const isFailingCommand = ({ words, assignments, compound }: Command): boolean => {
  if (compound?.keyword === "group") return fails(compound.bodies[0] ?? []);
  if (compound?.keyword === "arithmetic")
    return /^\s*(?:fail\w*|err\w*|violations?)\s*(?:\+\+|\+=)/i.test(compound.name);
  if (compound !== null) return false;
  const [name, argument = ""] = words.map(({ value }) => value);
  if (name === undefined)
    return assignments.some((one) => FLAG_NAME.test(one.name) && !/^(?:0|)$/.test(one.value.value));
  if (name === "exit" || name === "return") return argument !== "0" && argument !== "";
  return name === "false" || /^(?:die|fail|abort|error|err|warn)\w*$/.test(name);
};

const plainCommands = (statements: readonly Statement[]): Command[] =>
  statements.flatMap(({ pipelines }) => (pipelines.length === 1 ? (pipelines[0]?.commands ?? []) : []));

/** True if statements always end in a failure, or note one. */
export const fails = (statements: readonly Statement[]): boolean => plainCommands(statements).some(isFailingCommand);

/** True if statements only say something: a complaint, or that all is well. */
export function speaks(statements: readonly Statement[]): boolean {
  const commands = plainCommands(statements);
  const isSaying = (one: Command): boolean => /^(?:echo|printf)$/.test(one.words[0]?.value ?? "");
  return commands.length > 0 && statements.every(({ pipelines }) => pipelines.length === 1) && commands.every(isSaying);
}

/** True if statements end the look at what is there, without a failure. */
export function passes(statements: readonly Statement[]): boolean {
  const last = statements.at(-1)?.pipelines.at(-1)?.commands.at(-1);
  const [name, argument = ""] = last?.words.map(({ value }) => value) ?? [];
  return name === "continue" || ((name === "exit" || name === "return") && argument === "0");
}

export interface Grep {
  command: Command;
  patterns: readonly { source: string; dialect: "fixed" | "basic" | "extended"; isStatic: boolean }[];
  insensitive: boolean;
  /** it lists the files without a match */
  lists: boolean;
  inverted: boolean;
}

const WITH_VALUE = /^-(?:[ABCmd]|-(?:max-count|context|include|exclude|exclude-dir|glob|type|color|colour))$/;

/** A search by `grep`, `git grep` or `rg`, also behind `xargs`; null: it is none. `constants`: values of variables. */
export function grepOf(command: Command, constants: ReadonlyMap<string, string>): Grep | null {
  const words = [...command.words];
  if (words[0]?.value === "xargs") {
    words.shift();
    while (words[0] && (words[0].value.startsWith("-") || /^\d+$/.test(words[0].value))) words.shift();
  }
  if (words[0]?.value === "git" && words[1]?.value === "grep") words.shift();
  const name = words.shift()?.value ?? "";
  if (!/^(?:\/usr\/bin\/|\/bin\/)?(?:[ef]?grep|rg|ripgrep|ag)$/.test(name)) return null;
  let dialect: "fixed" | "basic" | "extended" =
    /rg|ripgrep|ag|egrep/.test(name) && !/^f|^grep/.test(name) ? "extended" : "basic";
  if (name.endsWith("fgrep")) dialect = "fixed";
  let [insensitive, lists, inverted] = [false, false, false];
  const sources: { value: string; isStatic: boolean }[] = [];
  const others: { value: string; isStatic: boolean }[] = [];
  const known = ({ value, isStatic }: { value: string; isStatic: boolean }): { value: string; isStatic: boolean } => {
    if (isStatic) return { value, isStatic };
    let all = true;
    const put = value.replaceAll(/\$(?:(\w+)|\{(\w+)\})/g, (found, a?: string, b?: string) => {
      const constant = constants.get(a ?? b ?? "");
      if (constant === undefined) all = false;
      return constant ?? found;
    });
    return { value: put, isStatic: all && !put.includes("$(") };
  };
  for (let n = 0, ended = false; n < words.length; n += 1) {
    const word = words[n];
    if (!word) break;
    const { value } = word;
    if (ended || !value.startsWith("-") || value === "-") others.push(word);
    else if (value === "--") ended = true;
    else if (value === "-e" || value === "--regexp") {
      const next = words[(n += 1)];
      if (next) sources.push(next);
    } else if (value.startsWith("--regexp=")) sources.push({ ...word, value: value.slice(9) });
    else if (value === "--files-without-match") lists = true;
    else if (value === "--ignore-case") insensitive = true;
    else if (value === "--invert-match") inverted = true;
    else if (value === "--extended-regexp" || value === "--perl-regexp") dialect = "extended";
    else if (value === "--fixed-strings") dialect = "fixed";
    else if (WITH_VALUE.test(value)) n += 1;
    else if (!value.startsWith("--")) {
      if (value.includes("L")) lists = true;
      if (value.includes("i")) insensitive = true;
      if (value.includes("v")) inverted = true;
      if (/[EP]/.test(value)) dialect = "extended";
      if (value.includes("F")) dialect = "fixed";
      if (value.endsWith("e") && value.length > 2) {
        const next = words[(n += 1)];
        if (next) sources.push(next);
      }
    }
  }
  const given = sources.length > 0 ? sources : others.slice(0, 1);
  return {
    command,
    patterns: given.map(known).map(({ value, isStatic }) => ({ source: value, dialect, isStatic })),
    insensitive,
    lists,
    inverted,
  };
}
