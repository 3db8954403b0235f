import pc from "picocolors";

export type Format = "terminal" | "json";

/** Colours for one stream: none unless it is a terminal and NO_COLOR is unset. */
export const coloursFor = (stream: NodeJS.WriteStream): ReturnType<typeof pc.createColors> =>
  pc.createColors(Boolean(stream.isTTY) && process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb");

/** Results go to stdout. */
export const print = (text: string): void => void process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);

/** Talk goes to stderr. */
export const say = (text: string): void => void process.stderr.write(text.endsWith("\n") ? text : `${text}\n`);

/** A line a stage, with the time since the last one. */
export function progressLines(): (stage: string, detail: string) => void {
  const colours = coloursFor(process.stderr);
  let last = performance.now();
  return (stage, detail) => {
    const now = performance.now();
    say(`${colours.green("✓")} ${stage.padEnd(12)} ${detail} ${colours.dim(`${((now - last) / 1000).toFixed(1)} s`)}`);
    last = now;
  };
}
