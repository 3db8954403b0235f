import type pc from "picocolors";

/** The formatters of a renderer; `asIs` marks lines that a terminal must not wrap, such as SQL. */
export type Colours = ReturnType<typeof pc.createColors> & { asIs?: (text: string) => string };

/** Lines that someone may copy. Where the formatters do not know the mark, nothing wraps them either. */
export const asIs = (lines: readonly string[], { asIs: mark }: Colours): string[] =>
  mark === undefined ? [...lines] : lines.map(mark);
