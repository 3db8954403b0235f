import { setTimeout as pause } from "node:timers/promises";
import { stripVTControlCharacters as stripped } from "node:util";
import { withoutPasswords } from "../db/without-passwords.ts";
import type { Progress } from "../progress.ts";
import type { Layout } from "../report/claim-choices.ts";
import { oneLine } from "../report/visible.ts";
import { isAsIs, markedColours, onTerminal, type Colours } from "./colours.ts";
import { wrapProse } from "./wrap.ts";

export type Format = "terminal" | "json";

/** Colours for one stream: none unless it is a terminal and NO_COLOR is unset. */
export const coloursFor = (stream: NodeJS.WriteStream): Colours =>
  markedColours(Boolean(stream.isTTY) && process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb");

/**
 * Write to a stream. Every output of the command line passes here: what comes from a database or a file is data, and a
 * terminal must not obey it.
 */
const write = (stream: NodeJS.WriteStream, text: string): void => void stream.write(onTerminal(text));

/** The width and the colours of a stream; a file or a pipe has no width. */
export const layoutOf = (stream: NodeJS.WriteStream): Layout => ({
  width: stream.isTTY ? stream.columns : null,
  colours: coloursFor(stream),
});

const line = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);

/** Results go to stdout. */
export const print = (text: string): void => write(process.stdout, line(text));

/**
 * A text for another program, such as a patch: on a terminal as every result, and byte for byte where a program or a
 * file takes it.
 */
export const printForProgram = (text: string): void =>
  process.stdout.isTTY ? print(text) : void process.stdout.write(text);

/** A part of a result, without a line break of its own. */
export const printPart = (text: string): void => write(process.stdout, text);

/** Lines for stderr that someone may copy, such as SQL or a command, as they are but without passwords. */
export const sayAsIs = (text: string): void => write(process.stderr, line(withoutPasswords(text)));

/**
 * Progress and messages go to stderr, without passwords: a message may quote what the user has written. On a terminal
 * they are wrapped at its width; a file or a pipe gets whole lines, so that a search finds them.
 */
export function say(text: string): void {
  writeProse(process.stderr, line(withoutPasswords(text)));
}

/** A result to be read, wrapped as messages are, except for the lines that its renderer marks with `asIs`. */
export const printProse = (text: string): void => writeProse(process.stdout, line(text));

function writeProse(stream: NodeJS.WriteStream, text: string): void {
  const columns = stream.isTTY ? stream.columns : undefined;
  stream.write(columns === undefined ? onTerminal(text) : text.split("\n").map(shown).join("\n"));
  function shown(of: string): string {
    return isAsIs(of) || columns === undefined ? onTerminal(of) : wrapProse(onTerminal(of), columns);
  }
}

/** A text of the parser of the command line; an argument that it quotes is on one line. */
export const withoutBreaks = (text: string, argv: readonly string[]): string =>
  argv
    .flatMap((argument) => [argument, argument.slice(argument.indexOf("=") + 1)])
    .filter((quoted) => /[\n\t]/.test(quoted))
    .reduce((before, quoted) => before.replaceAll(quoted, oneLine(quoted)), text);

/** A line for each stage, with the time since the last one; on a terminal also the progress of the present stage. */
export function progressLines(): Progress {
  const colours = coloursFor(process.stderr);
  let last = performance.now();
  const clear = process.stderr.isTTY ? "\r\u001B[K" : "";
  return {
    done: (stage, detail) => {
      const now = performance.now();
      const seconds = colours.dim(`${((now - last) / 1000).toFixed(1)} s`);
      if (clear !== "") process.stderr.write(clear);
      say(`${colours.green("✓")} ${stage.padEnd(12)} ${oneLine(detail)} ${seconds}`);
      last = now;
    },
    tick: (stage, done, total) => {
      if (process.stderr.isTTY)
        process.stderr.write(`${clear}  ${stage.padEnd(12)} ${Math.floor((100 * done) / total)} %`);
    },
  };
}

/** A view of what goes on, see `liveView`. */
export interface LiveView {
  colours: Colours;
  /** true: it is drawn anew, so that a time in it is right */
  isDrawn: boolean;
  /** Show a text for so many milliseconds; `text` is asked for it with the milliseconds that are left. */
  show(text: (left: number) => string, milliseconds: number): Promise<void>;
  /** Say something that stays, above the view. */
  say(text: string): void;
}

/**
 * A view on stderr that is drawn anew each second, with as many lines as the terminal has; where stderr is no terminal,
 * or one that cannot move its cursor, each text is written once.
 */
export function liveView(): LiveView {
  const stream = process.stderr;
  const isDrawn = Boolean(stream.isTTY) && process.env["TERM"] !== "dumb";
  let drawn = 0;
  const clear = (): void => {
    if (drawn > 0) stream.write(`\u001B[${drawn}A\u001B[J`);
    drawn = 0;
  };
  const rowsOf = (text: string): number => Math.max(1, Math.ceil(stripped(text).length / stream.columns));
  const draw = (text: string): void => {
    const shown: string[] = [];
    let rows = 0;
    for (const one of onTerminal(text).trimEnd().split("\n")) {
      rows += rowsOf(one);
      // what has left the screen cannot be drawn anew
      if (rows >= stream.rows) break;
      shown.push(one);
    }
    clear();
    stream.write(line(shown.join("\n")));
    drawn = shown.reduce((sum, one) => sum + rowsOf(one), 0);
  };
  return {
    colours: coloursFor(stream),
    isDrawn,
    show: async (text, milliseconds) => {
      const until = performance.now() + milliseconds;
      if (!isDrawn) say(text(milliseconds));
      // a timer may fire a fraction of a millisecond early
      for (let left = milliseconds; left >= 1; left = until - performance.now()) {
        if (isDrawn) draw(text(left));
        await pause(isDrawn ? Math.min(1000, left) : left);
      }
    },
    say: (text) => {
      clear();
      say(text);
    },
  };
}
