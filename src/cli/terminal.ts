import pc from "picocolors";
import type { Progress } from "../progress.ts";

export type Format = "terminal" | "json";

/** Colours for one stream: none unless it is a terminal and NO_COLOR is unset. */
export const coloursFor = (stream: NodeJS.WriteStream): ReturnType<typeof pc.createColors> =>
  pc.createColors(Boolean(stream.isTTY) && process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb");

/** Results go to stdout. */
export const print = (text: string): void => void process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);

/** Progress and messages go to stderr. */
export const say = (text: string): void => void process.stderr.write(text.endsWith("\n") ? text : `${text}\n`);

/** A line for each stage, with the time since the last one; on a terminal also the progress of the present stage. */
export function progressLines(): Progress {
  const colours = coloursFor(process.stderr);
  let last = performance.now();
  const clear = process.stderr.isTTY ? "\r\u001B[K" : "";
  return {
    done: (stage, detail) => {
      const now = performance.now();
      const seconds = colours.dim(`${((now - last) / 1000).toFixed(1)} s`);
      say(`${clear}${colours.green("✓")} ${stage.padEnd(12)} ${detail} ${seconds}`);
      last = now;
    },
    tick: (stage, done, total) => {
      if (process.stderr.isTTY)
        process.stderr.write(`${clear}  ${stage.padEnd(12)} ${Math.floor((100 * done) / total)} %`);
    },
  };
}
