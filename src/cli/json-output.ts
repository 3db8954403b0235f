import type { ErrorJson } from "../report/error-json.ts";
import type { JsonOutput, PlanSoFar } from "../report/json-outputs.ts";
import type { Colours } from "./colours.ts";
import { coloursFor, print, printProse } from "./terminal.ts";

/** Adds the last fields to an object whose beginning is on stdout, and closes it. */
type Close = (fields: object) => void;

/** The result of the command that runs. */
let result: object | null = null;
let close: Close | null = null;

/**
 * The result of a command as JSON. It is printed when the command has ended, for a step after the result may fail, and
 * stdout holds one object only. A later call replaces the value: a command says what it knows so far, in case of an error.
 */
export function printJson(value: JsonOutput | PlanSoFar): void {
  result = value;
}

/** Print a result in the format that is asked for, a text as `printProse` does; an empty text is none. */
export function printResult(format: string, value: JsonOutput | PlanSoFar, text: (colours: Colours) => string): void {
  if (format === "json") return printJson(value);
  const shown = text(coloursFor(process.stdout));
  if (shown !== "") printProse(shown);
}

/** Say how the object ends that a command prints piece by piece, in case the command fails before it has ended it. */
export function beginJson(whenFailed: Close): void {
  close = whenFailed;
}

/** The object that was begun is complete. */
export function completeJson(): void {
  close = null;
}

/** Print what a command has left: its result, the error, or both in one object. */
export function endJson(failure: ErrorJson | null): void {
  const [left, closeLeft] = [result, close];
  result = null;
  close = null;
  if (closeLeft !== null) return closeLeft(failure ?? {});
  if (left !== null || failure !== null) print(JSON.stringify({ ...left, ...failure }, null, 2));
}

/** True if the command line asks for JSON, also where it is wrong and so was not parsed. */
export function asksForJson(argv: readonly string[]): boolean {
  const last = argv.indexOf("--");
  const options = last === -1 ? argv : argv.slice(0, last);
  const formats = options.flatMap((argument, n) =>
    argument === "--format" ? [options[n + 1]] : argument.startsWith(PREFIX) ? [argument.slice(PREFIX.length)] : [],
  );
  return formats.at(-1) === "json";
}

const PREFIX = "--format=";
