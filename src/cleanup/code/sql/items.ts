/** One item of `select set_config(…), …`, or a `SET`; offsets in the text. */
export interface SettingItem {
  start: number;
  end: number;
  /** in lower case; null: the item sets no variable */
  setting: string | null;
  /** the SQL of the value */
  value: string;
  isLocal: boolean;
}

/** What a text of SQL does with variables, as far as this can be said without the rest of the code. */
export interface SettingText {
  kind: "select" | "set";
  items: SettingItem[];
}

const ITEM =
  /^\s*(?:pg_catalog\s*\.\s*)?set_config\s*\(\s*'((?:[^']|'')*)'\s*,([^]*),\s*(true|false)\s*\)(?:\s+as\s+"?\w+"?)?\s*$/i;
const SET = /^\s*set\s+(?:(local|session)\s+)?("[^"]+"|[\w.]+)\s*(?:=|\bto\b)\s*([^]*?)\s*;?\s*$/i;

/** Read a statement that only sets variables. Null: it is none, or does more. */
export function readSettings(sql: string): SettingText | null {
  const set = SET.exec(sql);
  if (set) {
    const [, scope = "", name = "", value = ""] = set;
    const setting = name.replaceAll('"', "").toLowerCase();
    const item = { start: 0, end: sql.length, setting, value, isLocal: scope.toLowerCase() === "local" };
    return { kind: "set", items: [item] };
  }
  const select = /^\s*select\s/i.exec(sql);
  if (!select) return null;
  const end = sql.replace(/[\s;]+$/, "").length;
  const parts = splitTopLevel(sql, select[0].length, end);
  if (parts === null) return null;
  const items = parts.map(({ start, end }): SettingItem | null => {
    const found = ITEM.exec(sql.slice(start, end));
    if (!found) return null;
    const [, name = "", value = "", local = ""] = found;
    const lead = /^\s*/.exec(sql.slice(start, end))?.[0].length ?? 0;
    return {
      start: start + lead,
      end: start + sql.slice(start, end).trimEnd().length,
      setting: name.toLowerCase(),
      value: value.trim(),
      isLocal: local.toLowerCase() === "true",
    };
  });
  return items.every((one) => one !== null) ? { kind: "select", items } : null;
}

/** The parts between commas outside of quotes and parentheses; null if the quoting is not plain. */
export function splitTopLevel(sql: string, from: number, to: number): { start: number; end: number }[] | null {
  const parts: { start: number; end: number }[] = [];
  let [depth, start] = [0, from];
  for (let at = from; at < to; at += 1) {
    const char = sql[at];
    if (char === "'" || char === '"') {
      const close = sql.indexOf(char, at + 1);
      if (close === -1) return null;
      at = close;
    } else if (char === "-" && sql[at + 1] === "-") return null;
    else if (char === "/" && sql[at + 1] === "*") return null;
    else if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    else if (char === "," && depth === 0) {
      parts.push({ start, end: at });
      start = at + 1;
    }
  }
  parts.push({ start, end: to });
  return depth === 0 ? parts : null;
}
