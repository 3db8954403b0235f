/** A value of a YAML file, with the lines that it is on. */
export interface YamlNode {
  /** offset of the first line of the entry, and behind the last */
  start: number;
  end: number;
  indent: number;
  /** the key of an entry of a mapping; null: an item of a sequence */
  key: string | null;
  /** a scalar as it means; null: there is none */
  scalar: string | null;
  /** of a scalar that is written over lines of its own with `|` or `>`, or plainly on the line: where its text is */
  scalarAt: { start: number; end: number; style: "plain" | "quoted" | "literal" | "folded" | "flow" } | null;
  children: YamlNode[];
}

interface Line {
  start: number;
  end: number;
  indent: number;
  text: string;
}

/** Where a key ends in a line without its indentation: `name:`, `"name":`; null: there is none. */
function keyIn(text: string): { key: string; rest: number } | null {
  const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)')\s*:(?=\s|$)/.exec(text);
  if (quoted) return { key: quoted[1] ?? quoted[2]?.replaceAll("''", "'") ?? "", rest: quoted[0].length };
  const plain = /^([^\s#&*!|>'"%@`[\]{},?-][^#]*?|-[^\s#][^#]*?)\s*:(?=\s|$)/.exec(text);
  return plain ? { key: plain[1] ?? "", rest: plain[0].length } : null;
}

/**
 * Read the block structure of a YAML file: mappings, sequences and scalars with their places. Null: it has something that is
 * not read, such as an anchor, an alias, a second document or a tab.
 */
export function parseYaml(text: string): YamlNode[] | null {
  const lines: Line[] = [];
  for (let at = 0; at < text.length;) {
    const found = text.indexOf("\n", at);
    const end = found === -1 ? text.length : found + 1;
    const line = text.slice(at, end).replace(/\r?\n$/, "");
    lines.push({ start: at, end, indent: /^ */.exec(line)?.[0].length ?? 0, text: line });
    at = end;
  }
  let n = 0;
  let readable = true;
  const isIdle = (line: Line): boolean => /^\s*(?:#.*)?$/.test(line.text);

  const skipIdle = (): void => {
    while (n < lines.length && isIdle(lines[n] as Line)) n += 1;
  };

  /** The lines of a block scalar or of a plain one that goes on; returns the offset behind the last that is not blank. */
  const linesBelow = (indent: number): Line[] => {
    const own: Line[] = [];
    while (n < lines.length) {
      const line = lines[n] as Line;
      if (line.text.trim() !== "" && line.indent <= indent) break;
      own.push(line);
      n += 1;
    }
    while (own.length > 0 && own.at(-1)?.text.trim() === "") {
      own.pop();
      n -= 1;
    }
    return own;
  };

  /** The value behind `key:` or `- `, at an offset of its line. `indent`: that of the entry. */
  const value = (node: YamlNode, line: Line, at: number, indent: number): void => {
    const raw = line.text.slice(at);
    const lead = /^\s*/.exec(raw)?.[0].length ?? 0;
    const content = raw.slice(lead);
    if (/^[&*!]/.test(content) || line.text.includes("\t")) readable = false;
    if (content === "" || content.startsWith("#")) {
      skipIdle();
      const next = lines[n];
      const isItem = next !== undefined && /^-(?:\s|$)/.test(next.text.slice(next.indent));
      if (next && (next.indent > indent || (next.indent === indent && isItem && node.key !== null))) {
        node.children = block(next.indent);
        node.end = node.children.at(-1)?.end ?? node.end;
      }
      return;
    }
    const header = /^([|>])[-+\d]*\s*(?:#.*)?$/.exec(content);
    if (header) {
      const own = linesBelow(indent);
      const [first, last] = [own[0], own.at(-1)];
      if (first && last) {
        const cut = Math.min(...own.filter((one) => one.text.trim() !== "").map((one) => one.indent));
        node.scalar = own.map((one) => one.text.slice(cut)).join("\n");
        node.scalarAt = { start: first.start, end: last.end, style: header[1] === "|" ? "literal" : "folded" };
        node.end = last.end;
      } else node.scalar = "";
      return;
    }
    const begin = line.start + at + lead;
    const quote = content[0];
    if (quote === '"' || quote === "'") {
      const closed = (quote === '"' ? /^"(?:[^"\\]|\\.)*"\s*(?:#.*)?$/ : /^'(?:[^']|'')*'\s*(?:#.*)?$/).exec(content);
      if (!closed) readable = false;
      const body = (quote === '"' ? /^"((?:[^"\\]|\\.)*)"/ : /^'((?:[^']|'')*)'/).exec(content);
      const inside = body?.[1] ?? "";
      node.scalar =
        quote === "'" ? inside.replaceAll("''", "'") : inside.replaceAll(/\\(["\\/])/g, "$1").replaceAll("\\n", "\n");
      node.scalarAt = { start: begin, end: begin + (body?.[0].length ?? 0), style: "quoted" };
      return;
    }
    if (quote === "[" || quote === "{") {
      let closed = content.replace(/\s+#.*$/, "");
      const first = n;
      // over several lines: up to the line that closes it
      while (!balanced(closed) && n < lines.length && n - first < 100) {
        closed += `\n${(lines[n] as Line).text}`;
        node.end = (lines[n] as Line).end;
        n += 1;
      }
      if (!balanced(closed)) readable = false;
      node.scalar = closed;
      node.scalarAt = { start: begin, end: begin + closed.length, style: "flow" };
      return;
    }
    const plain = content.replace(/\s+#.*$/, "").trimEnd();
    node.scalar = plain;
    node.scalarAt = { start: begin, end: begin + plain.length, style: "plain" };
    const more = linesBelow(indent);
    if (more.length > 0) {
      if (more.every(isIdle)) n -= more.length;
      else {
        node.scalar = [plain, ...more.map((one) => one.text.trim())].join(" ");
        node.scalarAt = { start: begin, end: more.at(-1)?.end ?? begin, style: "folded" };
        node.end = more.at(-1)?.end ?? node.end;
      }
    }
  };

  const entry = (line: Line, at: number, indent: number): YamlNode | null => {
    const found = keyIn(line.text.slice(at));
    if (!found) return null;
    const node: YamlNode = {
      start: line.start,
      end: line.end,
      indent,
      key: found.key,
      scalar: null,
      scalarAt: null,
      children: [],
    };
    if (found.key === "<<") readable = false;
    value(node, line, at + found.rest, indent);
    return node;
  };

  function block(indent: number): YamlNode[] {
    const nodes: YamlNode[] = [];
    for (;;) {
      skipIdle();
      const line = lines[n];
      if (!line || line.indent < indent) return nodes;
      const content = line.text.slice(line.indent);
      if (line.indent > indent || content.startsWith("\t") || /^(?:---|\.\.\.|%)/.test(content)) {
        readable = false;
        return nodes;
      }
      const isItem = /^-(?:\s|$)/.test(content);
      // a sequence may stand at the indentation of its key: the next key ends it
      if (nodes.length > 0 && (nodes[0]?.key === null) !== isItem) {
        if (isItem) readable = false;
        return nodes;
      }
      n += 1;
      if (isItem) {
        const node: YamlNode = {
          start: line.start,
          end: line.end,
          indent,
          key: null,
          scalar: null,
          scalarAt: null,
          children: [],
        };
        const lead = /^-\s*/.exec(content)?.[0].length ?? 1;
        const inside = content.slice(lead);
        const own = indent + lead;
        if (inside === "" || inside.startsWith("#") || !keyIn(inside)) {
          if (/^-\s/.test(inside)) readable = false;
          value(node, line, indent + 1, indent);
        } else {
          const first = entry(line, own, own);
          if (first) node.children.push(first);
          skipIdle();
          const next = lines[n];
          if (next && next.indent === own && !/^-(?:\s|$)/.test(next.text.slice(next.indent)))
            node.children.push(...block(own));
          node.end = node.children.at(-1)?.end ?? node.end;
        }
        nodes.push(node);
        continue;
      }
      const node = entry(line, indent, indent);
      if (!node) {
        readable = false;
        return nodes;
      }
      nodes.push(node);
    }
  }

  skipIdle();
  if (/^---\s*$/.test(lines[n]?.text ?? "")) {
    n += 1;
    skipIdle();
  }
  const first = lines[n];
  const nodes = first ? block(first.indent) : [];
  skipIdle();
  return readable && n >= lines.length ? nodes : null;
}

const balanced = (text: string): boolean => {
  const plain = text.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'/g, "");
  const count = (char: string): number => plain.split(char).length;
  return count("[") === count("]") && count("{") === count("}");
};

/** The value of a key of a mapping. */
export const valueOf = (nodes: readonly YamlNode[], key: string): YamlNode | undefined =>
  nodes.find((one) => one.key === key);

/** What a tree says, without places. */
export const contentOf = (nodes: readonly YamlNode[]): unknown =>
  nodes.map(({ key, scalar, children }) => [key, scalar, contentOf(children)]);
