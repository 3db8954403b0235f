/** Characters, not code units: names may hold any letter. */
export const length = (text: string): number => [...text].length;
/** The text with blanks up to a width. */
export const pad = (text: string, to: number): string => text + " ".repeat(Math.max(0, to - length(text)));

/** The words of a text on lines of at most so many characters; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && length(line) + 1 + length(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
