import { randomBytes } from "node:crypto";
import pc from "picocolors";
import type { Colours } from "../report/colours.ts";
import { visible } from "../report/visible.ts";

export type { Colours } from "../report/colours.ts";

/**
 * Stands in the text for the escape character of our own colours. It is random, so that no name or comment of a database
 * can contain it.
 */
const MARK = `\uFDD0${randomBytes(12).toString("hex")}\uFDD0`;

/** Stands in a line that is not wrapped; random for the same reason. */
const AS_IS = `\uFDD1${randomBytes(12).toString("hex")}\uFDD1`;

const ESC = "\u001B";

/** True if the renderer wants this line as it is: SQL, or another text to be copied. */
export const isAsIs = (line: string): boolean => line.includes(AS_IS);

const asIs = (text: string): string =>
  text
    .split("\n")
    .map((line) => `${AS_IS}${line}`)
    .join("\n");

/** Picocolors whose sequences `onTerminal` tells from those in the data. */
export function markedColours(enabled: boolean): Colours {
  const real = pc.createColors(enabled);
  if (!enabled) return { ...real, asIs };
  const marked = Object.entries(real).map(([name, format]) => [
    name,
    typeof format === "function"
      ? (text: string | number | null | undefined) =>
          // The formatters look for their own sequences inside the text, to nest; an ESC of the data is made visible first.
          format(visible(String(text)).replaceAll(MARK, ESC)).replaceAll(ESC, MARK)
      : format,
  ]);
  return { ...(Object.fromEntries(marked) as typeof real), asIs };
}

/** A text for a stream: our own colours as they are, everything else that a terminal would obey as an escape. */
export const onTerminal = (text: string): string => visible(text.replaceAll(AS_IS, "")).replaceAll(MARK, ESC);
