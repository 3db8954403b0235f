/** A part of a text. */
export interface Part {
  start: number;
  end: number;
}

/** A sentence of a comment, and the words of it in one line. */
export interface Sentence extends Part {
  text: string;
}

const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|cf|etc|vs|ca|resp)\.$/i;

/** The sentences of comments that follow each other. A line that begins with `@` begins a sentence. */
export function sentencesIn(source: string, comments: readonly Part[]): Sentence[] {
  const sentences: Sentence[] = [];
  let open: Sentence | null = null;
  for (const { start, end } of comments.flatMap((one) => linesOf(source, one))) {
    const line = source.slice(start, end);
    if (line === "" || line.startsWith("@")) open = null;
    let from = 0;
    while (from < line.length) {
      const to = endOfSentence(line, from);
      const text = line.slice(from, to);
      if (open) {
        open.end = start + to;
        open.text += ` ${text}`;
      } else {
        open = { start: start + from, end: start + to, text };
        sentences.push(open);
      }
      if (/[.!?]["')\]]*$/.test(text) && !ABBREVIATION.test(text)) open = null;
      from = to + (/^\s*/.exec(line.slice(to))?.[0].length ?? 0);
    }
  }
  return sentences;
}

function endOfSentence(line: string, from: number): number {
  for (const { index, 0: mark } of line.slice(from).matchAll(/[.!?]["')\]]*(?=\s)/g)) {
    const end = from + index + mark.length;
    if (!ABBREVIATION.test(line.slice(from, end))) return end;
  }
  return line.length;
}

/** The lines of a comment without its marks and the blanks around them. */
function linesOf(source: string, { start, end }: Part): Part[] {
  const isBlock = source.startsWith("/*", start);
  const inner = { start: start + 2, end: isBlock ? end - 2 : end };
  let at = inner.start;
  return source
    .slice(inner.start, inner.end)
    .split("\n")
    .map((line) => {
      const lead = /^[ \t]*\*?[ \t]*/.exec(line)?.[0].length ?? 0;
      const text = line.slice(lead).trimEnd();
      const part = { start: at + lead, end: at + lead + text.length };
      at += line.length + 1;
      return part;
    });
}
