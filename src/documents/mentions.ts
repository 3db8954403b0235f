/** A block of text that names what is retired. */
export interface Mention {
  /** the first line with a name, from 1 */
  line: number;
  /** the names, each once, in lower case */
  names: string[];
  /** the words of the block: a paragraph, an item, a row of a table, a block of code */
  words: number;
  isCode: boolean;
}

/** Finds any of these names as a whole word, in any case; null: there is none to find. */
export function namesRegExp(names: readonly string[]): RegExp | null {
  if (names.length === 0) return null;
  const escaped = names
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/\s+/g, String.raw`\s+`));
  return new RegExp(String.raw`(?<![\w$])(?:${escaped.join("|")})(?![\w$])`, "giu");
}

/** The blocks of a Markdown text, or of any text with blank lines between its parts, that one of the names is in. */
export function mentionsIn(text: string, names: RegExp): Mention[] {
  const mentions: Mention[] = [];
  for (const block of blocksOf(text)) {
    const found = [...block.text.matchAll(names)];
    const [first] = found;
    if (!first) continue;
    mentions.push({
      line: block.line + block.text.slice(0, first.index).split("\n").length - 1,
      names: [...new Set(found.map(([name]) => name.replaceAll(/\s+/g, " ").toLowerCase()))],
      words: wordsOf(block.text),
      isCode: block.isCode,
    });
  }
  return mentions;
}

/** Words as a person counts them: runs without spaces that hold a letter or a digit. */
export const wordsOf = (text: string): number => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

interface Block {
  text: string;
  line: number;
  isCode: boolean;
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | null = null;
  let fence: string | null = null;
  text.split(/\r?\n/).forEach((line, n) => {
    const begin = (isCode: boolean): Block => {
      const block = { text: line, line: n + 1, isCode };
      blocks.push(block);
      return block;
    };
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== null) {
      if (open) open.text += `\n${line}`;
      if (mark?.startsWith(fence)) [fence, open] = [null, null];
    } else if (mark !== undefined) {
      fence = mark;
      open = begin(true);
    } else if (line.trim() === "") open = null;
    else if (/^\s*(?:#{1,6}\s|\|)/.test(line)) {
      begin(false);
      open = null;
    } else if (open === null || /^\s*(?:[-*+]|\d+[.)])\s/.test(line)) open = begin(false);
    else open.text += `\n${line}`;
  });
  return blocks;
}
