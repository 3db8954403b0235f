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
