/** A range of a function's body, in UTF-16 code units: `body.slice(start, end)`. */
export interface Place {
  start: number;
  end: number;
}

/** A part of an SQL text that is copied from the body: `text.substr(at, length)` is `body.substr(from, length)`. */
export interface Copied {
  at: number;
  from: number;
  length: number;
}

/**
 * SQL inside a body, as PL/pgSQL passes it to the SQL parser. Most of it is copied from the body, but the INTO clause
 * is blanked out, PERFORM becomes SELECT, and the list after WHEN of a simple CASE becomes a comparison with a hidden
 * variable.
 */
export interface Sql {
  text: string;
  /** a query or another SQL statement, or text that can follow SELECT: `a + b`, also `count(*) FROM t` */
  parse: "statement" | "expression";
  /** in the order of the text; empty where the place in the body is not known */
  copied: readonly Copied[];
}

/** The place of a variable among those of its function: PL/pgSQL's datum number. */
export type VariableNumber = number;

export type Variable =
  /** `declared` is false for arguments and for variables that PL/pgSQL adds itself (FOUND, TG_OP, loop variables) */
  | {
      kind: "scalar";
      name: string;
      type: string;
      declared: boolean;
      initial: Sql | null;
      /** the query of a bound cursor */
      query: Sql | null;
    }
  /** a composite type, RECORD, NEW and OLD */
  | { kind: "record"; name: string; declared: boolean; initial: Sql | null }
  /** several variables that are assigned together: INTO a, b */
  | { kind: "row"; fields: { name: string; variable: VariableNumber }[] }
  | { kind: "field"; record: VariableNumber; name: string }
  | { kind: "unknown"; node: string };

/** The target of an assignment. */
export type Target =
  /** `name` as it is written, without the label of its block; the name of the variable where no name is written */
  | { kind: "variable"; variable: VariableNumber; name: string }
  /** `NEW.status`; `whole` is false for a part of the field: `NEW.tags[1]` */
  | { kind: "field"; variable: VariableNumber; name: string; field: string; whole: boolean }
  /** an element of an array, or a field of one */
  | { kind: "element"; variable: VariableNumber; name: string };

/** RETURN and RETURN NEXT: for a variable, PL/pgSQL keeps only its number. */
export type Returned =
  | { kind: "expression"; sql: Sql }
  | { kind: "variable"; variable: VariableNumber; name: string }
  | { kind: "nothing" };

/** Fields that every statement has. */
export interface Written {
  /** PL/pgSQL's line number: the line of the body, from 1 */
  line: number;
  /** from its label or first word to its semicolon; null where it is not known */
  place: Place | null;
}

/** `WHEN … THEN`, `IF … THEN`, `ELSIF … THEN`. */
export interface Branch {
  when: Sql;
  body: Statement[];
}

export interface Handler {
  /** the names of conditions, or SQLSTATEs */
  conditions: string[];
  body: Statement[];
}

export interface Block extends Written {
  kind: "block";
  label: string | null;
  body: Statement[];
  handlers: Handler[];
}

type Loop = { label: string | null; body: Statement[] };

export type Statement =
  | Block
  | (Written &
      (
        | { kind: "assign"; target: Target; value: Sql }
        | { kind: "if"; branches: Branch[]; otherwise: Statement[] }
        /** without ELSE, a CASE raises an error if no branch matches */
        | { kind: "case"; subject: Sql | null; branches: Branch[]; otherwise: Statement[] | null }
        | ({ kind: "loop" } & Loop)
        | ({ kind: "while"; when: Sql } & Loop)
        | ({ kind: "for-integer"; target: Target; lower: Sql; upper: Sql; step: Sql | null; reverse: boolean } & Loop)
        | ({ kind: "for-query"; targets: Target[]; query: Sql } & Loop)
        | ({ kind: "for-execute"; targets: Target[]; query: Sql; using: Sql[] } & Loop)
        | ({ kind: "for-cursor"; targets: Target[]; cursor: VariableNumber; arguments: Sql | null } & Loop)
        | ({ kind: "foreach"; targets: Target[]; array: Sql } & Loop)
        | { kind: "exit" | "continue"; label: string | null; when: Sql | null }
        | { kind: "return" | "return-next"; value: Returned }
        | { kind: "return-query"; query: Sql }
        | { kind: "return-execute"; query: Sql; using: Sql[] }
        | {
            kind: "raise";
            level: RaiseLevel;
            condition: string | null;
            message: string | null;
            parameters: Sql[];
            options: Sql[];
          }
        | { kind: "assert"; when: Sql; message: Sql | null }
        | { kind: "sql"; sql: Sql; into: Target[] }
        | { kind: "perform"; query: Sql }
        /** CALL may assign to the variables in its arguments; DO is of this kind, too */
        | { kind: "call"; sql: Sql }
        | { kind: "execute"; query: Sql; using: Sql[]; into: Target[] }
        | { kind: "get-diagnostics"; stacked: boolean; items: { item: string; target: Target }[] }
        | { kind: "open"; cursor: VariableNumber; arguments: Sql | null; query: Sql | null }
        | { kind: "open-execute"; cursor: VariableNumber; query: Sql; using: Sql[] }
        | { kind: "fetch"; cursor: VariableNumber; targets: Target[]; count: Sql | null }
        | { kind: "close"; cursor: VariableNumber }
        | { kind: "commit" | "rollback"; chain: boolean }
        /** a node that this reader does not know, with all the SQL in it */
        | { kind: "unknown"; node: string; sql: Sql[] }
      ));

export type RaiseLevel = "exception" | "warning" | "notice" | "info" | "log" | "debug" | "unknown";

/** The statement of a kind; some kinds share one form. */
export type StatementOf<K extends Statement["kind"]> = Statement extends infer S
  ? S extends { kind: infer Kind }
    ? K extends Kind
      ? S
      : never
    : never
  : never;

export interface PlFunction {
  /** the text between the quotes, as the catalog keeps it (prosrc) */
  body: string;
  /** by their numbers */
  variables: Variable[];
  block: Block;
  /** the RETURN that PL/pgSQL adds at the end: of the OUT arguments, or without a value */
  atEnd: Returned;
  /** true if every statement and declaration has its place; if false, the default of a record may be missing */
  placed: boolean;
}
