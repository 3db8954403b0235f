import { nameParts, shownName } from "../../pg/name.ts";

/** Where an error came from, as far as the first lines of its context name it. */
export interface Origin {
  /** the innermost function: `public.book_visit`, or without its schema, if the server prints it so */
  function: string | null;
  /** a statement RAISE of it raised the error */
  raised: boolean;
  /** a DO block raised it, which is the client's own code and no function */
  block: boolean;
}

/** A name as PostgreSQL prints it in a signature, with its schema unless the search path finds it without. */
const NAME = String.raw`(?:"(?:[^"]|"")+"|[^\s".,()]+)(?:\.(?:"(?:[^"]|"")+"|[^\s".,()]+))?`;

/** A DO block, which is no function. */
const BLOCK = "inline_code_block";

/**
 * A line of PL/pgSQL in a context. Translations write `PL/pgSQL-Funktion f() Zeile 3 bei RAISE`; the signature is that
 * of the server, and so is the kind of the statement.
 */
const PLPGSQL = new RegExp(String.raw`^(?:\S+ )?PL/pgSQL\S*(?: \S+)?? (?:(${NAME})\(.*\)|${BLOCK})[ ,](.*)$`, "s");
const SQL_FUNCTION = /^SQL function "(.*)" (?:statement \d+|during \w+)$/s;

/** The function that raised an error, from the lines of its context, of which the innermost is the first. */
export function originOf(context: string | null): Origin {
  for (const line of context?.split("\n") ?? []) {
    const plpgsql = PLPGSQL.exec(line);
    if (plpgsql !== null) {
      const [, name, rest = ""] = plpgsql;
      return name === undefined
        ? { function: null, raised: false, block: true }
        : { function: shown(name), raised: /\bRAISE\b/.test(rest), block: false };
    }
    const sql = SQL_FUNCTION.exec(line)?.[1];
    if (sql !== undefined) return { function: shownName([sql]), raised: false, block: false };
  }
  return { function: null, raised: false, block: false };
}

function shown(name: string): string {
  const parts = nameParts(name);
  return parts === null ? name : shownName(parts);
}

const QUOTED = /[»«„“”"「]\s?([^»«„“”"「」]+?)\s?[«»“”"」]/gs;

/**
 * The only name in quotes of a message of whatever language: the relation, where the C routine tells which message it
 * is. Null where there are several, since a translation may change their order.
 */
export function onlyQuoted(message: string): string | null {
  const found = [...message.matchAll(QUOTED)];
  return found.length === 1 ? (found[0]?.[1] ?? null) : null;
}

/**
 * A name that a client wrote and that no object has, if it can be shown. A client that writes `where email = "a@b.c"`
 * makes a name of a value, so only plain names are shown, and none that an error quotes alone as a column.
 */
export const plainName = (name: string | undefined): string | null =>
  name !== undefined && /^[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)*$/.test(name) ? name : null;
