/**
 * Read JSON as people write it in a config (json5.org): comments, keys without quotes, single quotes, commas at the end.
 * Throws SyntaxError. Numbers are those of JSON.
 */
export function parseJson5(text: string): unknown {
  const token =
    /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|("(?:[^"\\]|\\[\s\S])*")|'((?:[^'\\]|\\[\s\S])*)'|([A-Za-z_$][\w$]*)|([-+]?[\d.][\w.+-]*)|([{}[\]:,])/y;
  const out: string[] = [];
  let at = 0;
  for (; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found) throw new SyntaxError(`unexpected ${JSON.stringify(text.charAt(at))} at ${at}`);
    const [, double, single, word, number, mark] = found;
    if (double !== undefined) out.push(quoted(double.slice(1, -1)));
    else if (single !== undefined) out.push(quoted(single));
    else if (word !== undefined) out.push(["true", "false", "null"].includes(word) ? word : JSON.stringify(word));
    else if (number !== undefined) out.push(number.replace(/^\+/, ""));
    else if (mark !== undefined) {
      if ((mark === "}" || mark === "]") && out.at(-1) === ",") out.pop();
      out.push(mark);
    }
  }
  return JSON.parse(out.join(" "));
}

/** A text with the escapes of JSON alone. */
const quoted = (text: string): string =>
  `"${text
    .replaceAll(/\\\r?\n/g, "")
    .replaceAll(/\\([^"\\/bfnrtu])/g, "$1")
    .replaceAll(/(\\[\s\S])|"/g, (all, escaped?: string) => escaped ?? `\\${all}`)}"`;
