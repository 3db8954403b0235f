/** A word of a command. */
export interface Word {
  start: number;
  end: number;
  /** without quotes; what is only known at run time is left as it is written: `$file`, `$(…)` */
  value: string;
  /** true if nothing of it is only known at run time */
  isStatic: boolean;
  /** commands in `$(…)`, `<(…)` and backticks */
  inner: readonly Statement[][];
}

/** A command with its words, or a compound one. */
export interface Command {
  start: number;
  end: number;
  words: readonly Word[];
  /** `name=value` before the words, or alone */
  assignments: readonly { name: string; value: Word }[];
  redirects: readonly { operator: string; target: Word }[];
  compound: Compound | null;
}

export interface Compound {
  keyword: "if" | "for" | "while" | "case" | "group" | "function" | "arithmetic";
  /** of `if` and `elif`, `while` and `until` */
  conditions: readonly Statement[][];
  /** an `else` is the last of `if`, one more than there are conditions */
  bodies: readonly Statement[][];
  /** of a function; of `for`, its variable */
  name: string;
  until: boolean;
}

/** Commands that are joined by `|`. */
export interface Pipeline {
  start: number;
  end: number;
  /** what joins it to the one before */
  operator: "" | "&&" | "||";
  negated: boolean;
  commands: readonly Command[];
}

/** Pipelines that are joined by `&&` and `||`, up to a line break, `;` or `&`. */
export interface Statement {
  start: number;
  end: number;
  pipelines: readonly Pipeline[];
}

export interface ShellFile {
  statements: Statement[];
  comments: { start: number; end: number }[];
}

class NotRead extends Error {}

const RESERVED = new Set(["then", "else", "elif", "fi", "do", "done", "esac", "}", ")", ";;", ";&", ";;&"]);

/** Read a shell script; null: it has something that is not read. Offsets are those of the text, in UTF-16 units. */
export function parseShell(text: string): ShellFile | null {
  try {
    return readShell(text);
  } catch (error) {
    if (error instanceof NotRead) return null;
    throw error;
  }
}

function readShell(text: string): ShellFile {
  let at = 0;
  const comments: ShellFile["comments"] = [];
  const pending: { delimiter: string; indented: boolean }[] = [];
  const rest = (): string => text.slice(at);
  const fail = (): never => {
    throw new NotRead(`at ${at}`);
  };

  const skipHeredocs = (): void => {
    for (const { delimiter, indented } of pending.splice(0)) {
      for (;;) {
        if (at >= text.length) return;
        const found = text.indexOf("\n", at);
        const end = found === -1 ? text.length : found;
        const line = text.slice(at, end).replace(/\r$/, "");
        at = Math.min(end + 1, text.length);
        if ((indented ? line.replace(/^\t+/, "") : line) === delimiter) break;
      }
    }
  };

  /** Skip blanks, comments and escaped line breaks; with `lines`, line breaks too. */
  const skip = (lines: boolean): void => {
    for (;;) {
      const char = text[at];
      if (char === " " || char === "\t" || char === "\r") at += 1;
      else if (char === "\\" && /^\\\r?\n/.test(rest().slice(0, 3))) at += text[at + 1] === "\r" ? 3 : 2;
      else if (char === "#") {
        const found = text.indexOf("\n", at);
        const end = found === -1 ? text.length : found;
        comments.push({ start: at, end });
        at = end;
      } else if (lines && char === "\n") {
        at += 1;
        skipHeredocs();
      } else return;
    }
  };

  const skipTo = (close: string): string => {
    const found = text.indexOf(close, at);
    if (found === -1) return fail();
    const inside = text.slice(at, found);
    at = found + close.length;
    return inside;
  };

  /** From behind an opening bracket to behind its closing one; quotes are respected. */
  const skipBrackets = (open: string, close: string): void => {
    for (let depth = 1; depth > 0;) {
      const char = text[at];
      if (char === undefined) fail();
      at += 1;
      if (char === "\\") at += 1;
      else if (char === "'") skipTo("'");
      else if (char === '"') while (text[at] !== undefined && text[at++] !== '"') if (text[at - 1] === "\\") at += 1;
      if (char === open) depth += 1;
      if (char === close) depth -= 1;
    }
  };

  const substitution = (): Statement[] => {
    const inside = list(new Set([")"]));
    skip(true);
    if (text[at] !== ")") fail();
    at += 1;
    return inside;
  };

  /** `$…` and backticks; returns what is inside. */
  const expansion = (): Statement[][] => {
    if (text[at] === "`") {
      at += 1;
      const inside = skipTo("`").replaceAll("\\`", "`");
      return [readShell(inside).statements];
    }
    if (text.startsWith("$((", at)) {
      at += 3;
      let depth = 2;
      while (depth > 0) {
        const char = text[at++];
        if (char === undefined) fail();
        depth += char === "(" ? 1 : char === ")" ? -1 : 0;
      }
      return [];
    }
    if (text.startsWith("$(", at)) {
      at += 2;
      return [substitution()];
    }
    if (text.startsWith("${", at)) {
      at += 2;
      skipBrackets("{", "}");
      return [];
    }
    at += 1;
    return [];
  };

  const word = (): Word | null => {
    const start = at;
    let value = "";
    let isStatic = true;
    const inner: Statement[][] = [];
    const expand = (): void => {
      const from = at;
      const isLone = text[at] === "$" && !/[\w({@*#?$!-]/.test(text[at + 1] ?? "");
      inner.push(...expansion());
      value += text.slice(from, at);
      if (!isLone) isStatic = false;
    };
    for (;;) {
      const char = text[at];
      if (char === undefined || /[\s;&|()]/.test(char)) {
        if ((char === "(" || char === undefined) && char !== undefined && /^\w+\+?=$/.test(value)) {
          at += 1;
          skipBrackets("(", ")");
          isStatic = false;
          continue;
        }
        break;
      }
      if ((char === "<" || char === ">") && text[at + 1] === "(") {
        const from = at;
        at += 2;
        inner.push(substitution());
        value += text.slice(from, at);
        isStatic = false;
        continue;
      }
      if (char === "<" || char === ">") break;
      if (char === "'") {
        at += 1;
        value += skipTo("'");
      } else if (char === "$" && text[at + 1] === "'") {
        at += 2;
        while (text[at] !== "'") {
          if (text[at] === undefined) fail();
          if (text[at] === "\\") value += text[at++] ?? "";
          value += text[at++] ?? "";
        }
        at += 1;
      } else if (char === '"') {
        at += 1;
        while (text[at] !== '"') {
          if (text[at] === undefined) fail();
          if (text[at] === "\\" && /["\\$`\n]/.test(text[at + 1] ?? "")) {
            value += text[at + 1] ?? "";
            at += 2;
          } else if (text[at] === "$" || text[at] === "`") expand();
          else value += text[at++] ?? "";
        }
        at += 1;
      } else if (char === "$" || char === "`") expand();
      else if (char === "\\") {
        if (/^\\\r?\n/.test(rest().slice(0, 3))) at += text[at + 1] === "\r" ? 3 : 2;
        else {
          value += text[at + 1] ?? "";
          at += 2;
        }
      } else {
        value += char;
        at += 1;
      }
    }
    return at === start ? null : { start, end: at, value, isStatic, inner };
  };

  const takeReserved = (name: string): boolean => {
    skip(true);
    const isIt = text.startsWith(name, at) && !/[\w-]/.test(/\w$/.test(name) ? (text[at + name.length] ?? "") : "");
    if (isIt) at += name.length;
    return isIt;
  };
  const need = (name: string): void => {
    if (!takeReserved(name)) fail();
  };

  /** A list that a shell does not take empty. */
  const some = (until: ReadonlySet<string>): Statement[] => {
    const found = list(until);
    return found.length > 0 ? found : fail();
  };

  const compound = (keyword: string): Compound | null => {
    const made = (of: Partial<Compound> & Pick<Compound, "keyword">): Compound => ({
      conditions: [],
      bodies: [],
      name: "",
      until: false,
      ...of,
    });
    if (keyword === "if") {
      const conditions: Statement[][] = [];
      const bodies: Statement[][] = [];
      do {
        conditions.push(some(new Set(["then"])));
        need("then");
        bodies.push(some(new Set(["elif", "else", "fi"])));
      } while (takeReserved("elif"));
      if (takeReserved("else")) bodies.push(some(new Set(["fi"])));
      need("fi");
      return made({ keyword: "if", conditions, bodies });
    }
    if (keyword === "while" || keyword === "until") {
      const condition = some(new Set(["do"]));
      need("do");
      const body = some(new Set(["done"]));
      need("done");
      return made({ keyword: "while", conditions: [condition], bodies: [body], until: keyword === "until" });
    }
    if (keyword === "for" || keyword === "select") {
      skip(false);
      if (text.startsWith("((", at)) return fail();
      const name = word()?.value ?? fail();
      const values: Word[] = [];
      if (takeReserved("in"))
        for (;;) {
          skip(false);
          const one = word();
          if (!one) break;
          values.push(one);
        }
      skip(true);
      if (text[at] === ";") at += 1;
      need("do");
      const body = some(new Set(["done"]));
      need("done");
      // the values are looked at as a command of their own
      const first = values[0];
      const source: Statement[] = first ? [wordsAsStatement(values, first.start, values.at(-1)?.end ?? first.end)] : [];
      return made({ keyword: "for", name, conditions: [source], bodies: [body] });
    }
    if (keyword === "case") {
      skip(false);
      word();
      need("in");
      const bodies: Statement[][] = [];
      while (!takeReserved("esac")) {
        if (text[at] === "(") at += 1;
        for (;;) {
          skip(false);
          if (!word()) fail();
          skip(false);
          if (text[at] === "|") at += 1;
          else break;
        }
        if (text[at] !== ")") fail();
        at += 1;
        bodies.push(list(new Set([";;", ";&", ";;&", "esac"])));
        skip(true);
        const ending = /^;;&|^;;|^;&/.exec(rest().slice(0, 3));
        if (ending) at += ending[0].length;
      }
      return made({ keyword: "case", bodies });
    }
    return null;
  };

  const wordsAsStatement = (words: Word[], start: number, end: number): Statement => ({
    start,
    end,
    pipelines: [
      {
        start,
        end,
        operator: "",
        negated: false,
        commands: [{ start, end, words, assignments: [], redirects: [], compound: null }],
      },
    ],
  });

  /** `[[ … ]]`: in it, brackets and bars are words. */
  const doubleBrackets = (first: Word): Word[] => {
    const words = [first];
    for (;;) {
      skip(true);
      const one = word();
      if (one) {
        words.push(one);
        if (one.value === "]]") return words;
        // behind `=~` is a regular expression, with brackets and bars of its own
        if (one.value === "=~") {
          skip(false);
          const start = at;
          const quoted = text[at] === "'" || text[at] === '"' ? word() : null;
          if (quoted) words.push(quoted);
          else {
            const found = /^(?:\\.|\[[^\]]*\]|\([^)]*\)|[^\s])+/.exec(rest());
            at += found?.[0].length ?? 0;
            words.push({
              start,
              end: at,
              value: found?.[0] ?? "",
              isStatic: !/\$\w|\$\{/.test(found?.[0] ?? ""),
              inner: [],
            });
          }
        }
        continue;
      }
      const operator = /^(?:&&|\|\||[<>()])/.exec(rest().slice(0, 2))?.[0] ?? fail();
      words.push({ start: at, end: at + operator.length, value: operator, isStatic: true, inner: [] });
      at += operator.length;
    }
  };

  const command = (): Command => {
    skip(false);
    const start = at;
    const words: Word[] = [];
    const assignments: { name: string; value: Word }[] = [];
    const redirects: { operator: string; target: Word }[] = [];
    let found: Compound | null = null;
    let end = at;
    for (;;) {
      skip(false);
      const redirect = /^(?:\d*(?:<<<|<<-?|<&|>&|>>|>\||<>|<(?!\()|>(?!\())|&>>?)/.exec(rest().slice(0, 8));
      if (redirect) {
        at += redirect[0].length;
        skip(false);
        const operator = redirect[0].replace(/^\d+/, "");
        const target = word() ?? fail();
        if (operator === "<<" || operator === "<<-")
          pending.push({ delimiter: target.value, indented: operator === "<<-" });
        redirects.push({ operator, target });
        end = at;
        continue;
      }
      if (words.length === 0 && assignments.length === 0 && found === null) {
        if (text.startsWith("((", at)) {
          at += 2;
          let depth = 2;
          while (depth > 0) {
            const char = text[at++];
            if (char === undefined) fail();
            depth += char === "(" ? 1 : char === ")" ? -1 : 0;
          }
          found = {
            keyword: "arithmetic",
            conditions: [],
            bodies: [],
            name: text.slice(start + 2, at - 2),
            until: false,
          };
          end = at;
          continue;
        }
        if (text[at] === "(") {
          at += 1;
          found = { keyword: "group", conditions: [], bodies: [substitution()], name: "", until: false };
          end = at;
          continue;
        }
        const definition = /^(?:function[ \t]+([\w:-]+)[ \t]*(?:\(\))?|([\w:-]+)[ \t]*\(\))\s*(?=\{)/.exec(
          rest().slice(0, 200),
        );
        if (definition) {
          at += definition[0].length + 1;
          const body = some(new Set(["}"]));
          need("}");
          found = {
            keyword: "function",
            conditions: [],
            bodies: [body],
            name: definition[1] ?? definition[2] ?? "",
            until: false,
          };
          end = at;
          continue;
        }
      }
      const one = found === null ? word() : null;
      if (!one) break;
      const isPlain = text.slice(one.start, one.end) === one.value;
      if (words.length === 0 && assignments.length === 0 && isPlain) {
        if (RESERVED.has(one.value)) {
          at = one.start;
          return fail();
        }
        if (one.value === "{") {
          const body = some(new Set(["}"]));
          need("}");
          found = { keyword: "group", conditions: [], bodies: [body], name: "", until: false };
          end = at;
          continue;
        }
        if (one.value === "[[") {
          words.push(...doubleBrackets(one));
          end = at;
          continue;
        }
        found = compound(one.value);
        end = at;
        if (found) continue;
      }
      const assigned = words.length === 0 ? /^(\w+)\+?=/.exec(text.slice(one.start, one.end)) : null;
      if (assigned) {
        const head = assigned[0].length;
        assignments.push({
          name: assigned[1] ?? "",
          value: { ...one, start: one.start + head, value: one.value.slice(head) },
        });
      } else words.push(one);
      end = at;
    }
    if (end === start) fail();
    return { start, end, words, assignments, redirects, compound: found };
  };

  const pipeline = (operator: Pipeline["operator"]): Pipeline => {
    skip(true);
    const start = at;
    let negated = false;
    while (/^!\s/.test(rest().slice(0, 2))) {
      negated = !negated;
      at += 1;
      skip(false);
    }
    const commands = [command()];
    for (;;) {
      skip(false);
      if (text[at] !== "|" || text[at + 1] === "|") break;
      at += text[at + 1] === "&" ? 2 : 1;
      skip(true);
      commands.push(command());
    }
    return { start, end: commands.at(-1)?.end ?? at, operator, negated, commands };
  };

  const statement = (): Statement => {
    const pipelines = [pipeline("")];
    for (;;) {
      skip(false);
      const operator = text.startsWith("&&", at) ? "&&" : text.startsWith("||", at) ? "||" : null;
      if (operator === null) break;
      at += 2;
      skip(true);
      pipelines.push(pipeline(operator));
    }
    return { start: pipelines[0]?.start ?? at, end: pipelines.at(-1)?.end ?? at, pipelines };
  };

  function list(until: ReadonlySet<string>): Statement[] {
    const found: Statement[] = [];
    for (;;) {
      skip(true);
      if (at >= text.length) {
        if (until.size > 0) fail();
        return found;
      }
      const ends = [...until].some((one) =>
        /\w$/.test(one) ? new RegExp(`^${one}(?![\\w-])`).test(rest().slice(0, 8)) : text.startsWith(one, at),
      );
      if (ends) return found;
      const one = statement();
      found.push(one);
      skip(false);
      if (text[at] === ";" && !/^;[;&]/.test(rest().slice(0, 2))) {
        at += 1;
        one.end = text.slice(one.end, at).trim() === ";" ? at : one.end;
      } else if (text[at] === "&" && text[at + 1] !== "&") {
        at += 1;
        one.end = at;
      } else if (text[at] === "\n") {
        at += 1;
        const hasHeredoc = pending.length > 0;
        skipHeredocs();
        if (hasHeredoc) one.end = at;
      } else if (at < text.length && ![...until].some((end) => text.startsWith(end, at))) fail();
    }
  }

  const statements = list(new Set());
  return { statements, comments: comments.toSorted((a, b) => a.start - b.start) };
}
