/** What SQL texts compare with, read from the texts as they stand: any guess is tried, so none has to be right. */
export interface Constants {
  /** string constants, without their quotes */
  texts: string[];
  numbers: string[];
  /** string constants that are intervals */
  intervals: string[];
  /** string constants that are dates or times */
  times: string[];
  uuids: string[];
  /** custom settings that are read */
  settings: string[];
  /** those of them that are read as JSON */
  documents: ReadonlySet<string>;
  /** paths into JSON: `-> 'a' ->> 'b'` */
  paths: string[][];
  /** single characters that texts are split at */
  separators: string[];
  /** the string and number constants that stand after a word, such as the name of a column or the last key of a path */
  near: ReadonlyMap<string, string[]>;
  /** every word of the texts that is no constant */
  words: ReadonlySet<string>;
}

const LITERAL = /'((?:[^']|'')*)'/g;
const NUMBER = /(?<![\w.'$-])-?\d+(?:\.\d+)?(?:e\d+)?(?![\w.'])/gi;
const INTERVAL =
  /^[+-]?\d+(?:\.\d+)?\s*(?:microsecond|millisecond|second|sec|minute|min|hour|day|week|month|mon|year|decade)s?\b|^-?\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/i;
const TIME = /^\d{4}-\d{2}-\d{2}(?:[ T].*)?$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const SETTING = /current_setting\(\s*'((?:[^']|'')+)'/gi;
const SETTING_NAME = /^[a-z_]\w*(?:\.[a-z_]\w*)+$/i;
/** After a key, what may stand before the next arrow. */
const BETWEEN_KEYS = /^(?:::[\w ."]+)?[)\s]*$/;

export function constantsOf(given: readonly string[]): Constants {
  const texts = given.map(withoutComments);
  const all = unique(texts.flatMap(literalsIn));
  const numbers = unique(texts.flatMap((text) => [...text.replaceAll(LITERAL, "''").matchAll(NUMBER)].map(([n]) => n)));
  const inWords = unique(all.filter((text) => /^-?\d+(?:\.\d+)?$/.test(text)));
  const settings = unique(
    texts.flatMap((text) => [...text.matchAll(SETTING)].map(([, name = ""]) => unquoted(name).toLowerCase())),
  ).filter((name) => name.includes("."));
  const documents = new Set(
    settings.filter(
      (name) => /claim|jwt|token/.test(name) || texts.some((text) => isReadAsDocument(text.toLowerCase(), `'${name}'`)),
    ),
  );
  return {
    texts: all.filter((text) => !settings.includes(text.toLowerCase())),
    numbers: unique([...numbers, ...inWords]),
    intervals: all.filter((text) => INTERVAL.test(text)),
    times: all.filter((text) => TIME.test(text)),
    uuids: all.filter((text) => UUID.test(text)),
    settings,
    documents,
    paths: pathsIn(texts),
    separators: unique([...all.filter((text) => /^[^\w\s%]$/.test(text)), "/"]),
    near: nearWords(texts),
    words: new Set(texts.flatMap((text) => withoutConstants(text).match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [])),
  };
}

const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];
const unquoted = (text: string): string => text.replaceAll("''", "'");
const literalsIn = (text: string): string[] => [...text.matchAll(LITERAL)].map(([, inner = ""]) => unquoted(inner));
const withoutComments = (text: string): string => text.replaceAll(/\/\*.*?\*\//gs, " ").replaceAll(/--[^\n]*/g, " ");

/** Constants of dynamic SQL are SQL themselves. */
const withoutConstants = (text: string): string => (/\bexecute\b/i.test(text) ? text : text.replaceAll(LITERAL, "''"));

const isReadAsDocument = (text: string, quoted: string): boolean => {
  const at = text.indexOf(quoted);
  return at >= 0 && /::\s*jsonb?\b|\bas\s+jsonb?\b|->/.test(text.slice(at, at + quoted.length + 60));
};

function pathsIn(texts: readonly string[]): string[][] {
  const found = new Map<string, string[]>();
  const add = (path: string[]): void => void found.set(JSON.stringify(path), path);
  for (const text of texts) {
    let path: string[] = [];
    let end = -1;
    for (const match of text.matchAll(/(?:->>?\s*|\[\s*)'((?:[^']|'')*)'/g)) {
      const key = unquoted(match[1] ?? "");
      const goesOn = end >= 0 && BETWEEN_KEYS.test(text.slice(end, match.index).replaceAll("]", ""));
      if (!goesOn && path.length > 0) add(path);
      path = goesOn ? [...path, key] : [key];
      end = match.index + match[0].length;
    }
    if (path.length > 0) add(path);
    for (const [, inner = ""] of text.matchAll(/#>>?\s*'\{([^'}]*)\}'/g))
      add(inner.split(",").map((key) => key.trim()));
    for (const [, inner = ""] of text.matchAll(/extract_path(?:_text)?\(([^;]*?)\)/g)) {
      const keys = literalsIn(inner);
      if (keys.length > 0) add(keys);
    }
  }
  return [...found.values()];
}

/** How far after a word a constant may stand. */
const REACH = 90;

function nearWords(texts: readonly string[]): Map<string, string[]> {
  const near = new Map<string, string[]>();
  for (const text of texts) {
    const constants = [...text.matchAll(LITERAL)].map(({ 0: { length }, index }) => [index, index + length] as const);
    for (const match of text.matchAll(/[\p{L}_][\p{L}\p{N}_$]*/gu)) {
      const end = match.index + match[0].length;
      // the word may stand in a constant itself: a key, or the name of a setting
      const from = constants.find(([start, stop]) => start < match.index && match.index < stop)?.[1] ?? end;
      const after = text.slice(from, from + REACH);
      // up to the next condition
      const [clause = ""] = after.split(/\b(?:AND|OR|WHERE)\b/i);
      const values = [
        ...[...clause.matchAll(LITERAL)].map(([, inner = ""]) => unquoted(inner)),
        ...[...clause.replaceAll(LITERAL, "''").matchAll(NUMBER)].map(([number]) => number),
      ];
      if (values.length === 0) continue;
      near.set(
        match[0],
        unique([...(near.get(match[0]) ?? []), ...values.filter((value) => !SETTING_NAME.test(value))]),
      );
    }
  }
  return near;
}
