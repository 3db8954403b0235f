import { randomBytes } from "node:crypto";
import pc from "picocolors";
import { visible } from "../report/visible.ts";

export type Colours = ReturnType<typeof pc.createColors>;

/**
 * Stands in the text for the escape character of our own colours. It is random, so that no name or comment of a database
 * can contain it.
 */
const MARK = `\uFDD0${randomBytes(12).toString("hex")}\uFDD0`;

const ESC = "\u001B";

/** Picocolors whose sequences `onTerminal` tells from those in the data. */
export function markedColours(enabled: boolean): Colours {
  const real = pc.createColors(enabled);
  if (!enabled) return real;
  const marked = Object.entries(real).map(([name, format]) => [
    name,
    typeof format === "function"
      ? (text: string | number | null | undefined) =>
          // The formatters look for their own sequences inside the text, to nest; an ESC of the data is made visible first.
          format(visible(String(text)).replaceAll(MARK, ESC)).replaceAll(ESC, MARK)
      : format,
  ]);
  return Object.fromEntries(marked) as Colours;
}

/** A text for a stream: our own colours as they are, everything else that a terminal would obey as an escape. */
export const onTerminal = (text: string): string => visible(text).replaceAll(MARK, ESC);
