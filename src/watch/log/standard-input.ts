import type { Lack } from "../sample.ts";
import { detectFormat, parserOf, SAMPLE_LENGTH, type LogFormat } from "./format.ts";
import type { Parser, Sink } from "./parser.ts";
import { bytesAsText } from "./utf8.ts";

/** What is known of a stream, as in `ReadLogOptions`. */
export interface StreamOptions {
  format: LogFormat | null;
  linePrefix?: string | null;
  timeZone?: string | null;
}

/** Read a stream to its end. There is no way back in it, so it has no cursor. Format null: it is told from the begin. */
export async function readStream(
  stream: AsyncIterable<Uint8Array>,
  { format, linePrefix = null, timeZone = null }: StreamOptions,
  sink: Sink,
): Promise<{ bytes: number; lacks: Lack[] }> {
  let bytes = 0;
  let parser: Parser | null = format === null ? null : parserOf(format, sink, timeZone);
  let first = "";
  const begin = (): void => {
    parser = parserOf(detectFormat(first, linePrefix) ?? { kind: "stderr", prefix: linePrefix }, sink, timeZone);
    parser.push(first);
    first = "";
  };
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (parser !== null) parser.push(bytesAsText(chunk));
    else {
      first += bytesAsText(chunk);
      if (first.length >= SAMPLE_LENGTH) begin();
    }
  }
  if (parser === null) begin();
  (parser as Parser | null)?.end();
  return { bytes, lacks: [] };
}
