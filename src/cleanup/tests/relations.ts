import { relationKey } from "../../pg/name.ts";

/** A function in SQL, as far as it matters which relations it reads. */
interface RoutineText {
  name: string;
  body: string;
}

/** A relation with policies. */
interface RelationName {
  schema: string;
  relation: string;
}

const SQL = /\b(?:select|insert|update|delete|merge|from|into|table)\b/i;

/**
 * The relations that texts name, in SQL or as a whole: `from("visit")`. The name of a function in SQL stands for the
 * relations that its body names. A name that stands there for another reason is one too many, and no harm.
 */
export function relationsNamed(
  texts: readonly string[],
  relations: readonly RelationName[],
  routines: readonly RoutineText[],
): string[] {
  const bodies = new Map<string, string[]>();
  for (const { name, body } of routines)
    bodies.set(name.toLowerCase(), [...(bodies.get(name.toLowerCase()) ?? []), body]);
  const words = new Set<string>();
  const read = (text: string): void => {
    if (/\s/.test(text.trim()) && !SQL.test(text)) return;
    for (const word of text.toLowerCase().match(/[\w$]+/g) ?? []) {
      if (words.has(word)) continue;
      words.add(word);
      for (const body of bodies.get(word) ?? []) read(body);
    }
  };
  for (const text of texts) read(text);
  return [...new Set(relations.flatMap((one) => (words.has(one.relation.toLowerCase()) ? [relationKey(one)] : [])))];
}
