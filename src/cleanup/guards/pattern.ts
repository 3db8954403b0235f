import { createContext, Script } from "node:vm";
import { mixedIn, retiredIn, type Forms, type GuardNames } from "./names.ts";

/** A pattern that a guard looks for. */
export interface Pattern {
  /** as it is written */
  source: string;
  /** null: it is in a dialect that is not read */
  regex: RegExp | null;
}

/** The way in which a pattern is written. */
export type Dialect = "fixed" | "basic" | "extended" | "perl" | "javascript";

/** What a pattern is about. */
export type PatternClass =
  /** the old form, and not the new one */
  | "retired"
  /** the drop of a function that sets the variables */
  | "drop"
  /** the new form, and not the old one */
  | "claims"
  /** policies of both forms: it chooses what is looked at */
  | "selector"
  /** something else */
  | "other"
  /** it speaks of the variables, and what it matches is not certain */
  | "unknown";

const CLASSES: Readonly<Record<string, string>> = {
  space: String.raw`\s`,
  blank: String.raw` \t`,
  digit: "0-9",
  alpha: "a-zA-Z",
  alnum: "a-zA-Z0-9",
  upper: "A-Z",
  lower: "a-z",
  punct: "!-/:-@[-`{-~",
};

/** Read a pattern. */
export function patternOf(source: string, dialect: Dialect, flags = ""): Pattern {
  try {
    return { source, regex: new RegExp(inJavaScript(source, dialect), flags.replaceAll(/[^imsu]/g, "")) };
  } catch {
    return { source, regex: null };
  }
}

function inJavaScript(source: string, dialect: Dialect): string {
  if (dialect === "javascript") return source;
  if (dialect === "fixed") return source.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const posix = source.replaceAll(/\[:(\w+):\]/g, (_, name: string) => CLASSES[name] ?? name);
  if (dialect !== "basic") return posix;
  // in a basic expression these have their meaning with a backslash
  return posix.replaceAll(/\\([|(){}+?])|([|(){}+?])/g, (_, meant?: string, literal?: string) =>
    meant === undefined ? `\\${literal ?? ""}` : meant,
  );
}

const context = createContext({});
const RUN = new Script("regex.test(text)");
// by the clock: far above what a busy machine needs for a pattern that ends
const LIMIT_MS = 2000;

/** True if a pattern matches a text; null if that is not known: it is not read, or takes too long. */
export function matches({ regex }: Pattern, text: string): boolean | null {
  if (regex === null) return null;
  try {
    Object.assign(context, { regex: new RegExp(regex.source, regex.flags), text });
    return RUN.runInContext(context, { timeout: LIMIT_MS }) === true;
  } catch {
    return null;
  }
}

/** The text of a pattern without the marks of a regular expression. */
const plainOf = (source: string): string =>
  source
    .replaceAll(/\[\.\]|\\\./g, ".")
    .replaceAll(/\\b|\\[<>]/g, "")
    .replaceAll(/\\([^\w\s])/g, "$1");

/** Say what a pattern is about. Case does not count: whoever writes a guard may have put its text into lower case. */
export function classOf(pattern: Pattern, names: GuardNames, forms: Forms): PatternClass {
  const plain = plainOf(pattern.source);
  if (mixedIn(plain, names) !== null) return "unknown";
  const named = retiredIn(plain, names) !== null;
  if (pattern.regex === null) return named || /current_setting|set_config/i.test(plain) ? "unknown" : "other";
  const anyCase: Pattern = { ...pattern, regex: new RegExp(pattern.regex.source, "is") };
  const results = (texts: readonly string[]): (boolean | null)[] => texts.map((text) => matches(anyCase, text));
  const [before, after, drop] = [results(forms.before), results(forms.after), results(forms.drop)];
  if ([...before, ...after, ...drop].includes(null)) return "unknown";
  const [old, fresh] = [before.includes(true), after.includes(true)];
  if (drop.includes(true) && !old && !fresh && /drop/i.test(plain)) return "drop";
  if (named) return fresh ? "unknown" : "retired";
  if (old && fresh) return "selector";
  if (old) return /current_setting|set_config|app\b/i.test(plain) ? "retired" : "unknown";
  return fresh ? "claims" : "other";
}
