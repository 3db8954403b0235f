import { as, type Expr } from "../../pg/expr/node.ts";
import { call, stringConst } from "../../pg/expr/shape.ts";
import { functionKey, nameKey } from "../../pg/name.ts";
import type { Formula, Term } from "../logic/formula.ts";
import { SORT, TYPE } from "../logic/sort.ts";
import { hasPart, part } from "../logic/symbol.ts";
import { builtInName, calledFunction, isAmbiguous, ownFunctions, type Called } from "./called.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import type { Scalar, Value } from "./value.ts";

/** A text that is split at a separator; without its last part, as `storage.foldername` gives the folders of a path. */
interface Parts {
  text: Value;
  separator: string;
  withoutLast: boolean;
}

/**
 * `(string_to_array(x, '/'))[n]`, `(storage.foldername(x))[n]` and `split_part(x, '/', n)` for a constant n of at least
 * 1: NULL beyond the last part, but '' from split_part (manual, 9.4 and 9.19). Null for anything else.
 */
export function encodeElement(encoder: Encoder, node: Expr, frame: Frame): Scalar | null {
  const found = as("A_Indirection", node);
  const [only, ...others] = found?.indirection ?? [];
  const indices = as("A_Indices", only);
  if (!found?.arg || others.length > 0 || !indices || indices.is_slice) return null;
  const index = positive(indices.uidx);
  const parts = index === null ? null : partsOf(encoder, found.arg, frame);
  return parts && index !== null ? elementOf(encoder, parts, index) : null;
}

/** `split_part(x, '/', n)`. */
export function encodeSplitPart(encoder: Encoder, args: readonly Expr[], frame: Frame): Scalar | null {
  const [text, separator, index] = [encoder.expression(args[0], frame), stringConst(args[1]), positive(args[2])];
  if (args.length !== 3 || index === null || !separator) return null;
  const element = elementOf(encoder, { text, separator, withoutLast: false }, index);
  if (!element || text.kind !== "scalar") return null;
  const { logic } = encoder;
  const there = logic.or(...element.cases.map(({ when }) => when));
  const empty = {
    when: logic.and(logic.not(text.isNull), logic.not(text.raises), logic.not(there)),
    term: logic.constant(SORT.text, ""),
  };
  return { ...element, isNull: text.isNull, cases: [...element.cases, empty] };
}

function positive(node: Expr | undefined): number | null {
  const value = as("A_Const", node)?.ival?.ival;
  return value !== undefined && value >= 1 && value <= 20 ? value : null;
}

function partsOf(encoder: Encoder, node: Expr, frame: Frame): Parts | null {
  const made = call(node);
  if (!made) return null;
  const called = calledFunction(made.name);
  const [text, separator] = [made.args[0], stringConst(made.args[1])];
  if (!text || isAmbiguous(encoder.side, frame, called)) return null;
  if (builtInName(called) === "string_to_array" && made.args.length === 2 && separator) {
    if (ownFunctions(encoder.side, frame, called).length > 0) return null;
    return { text: encoder.expression(text, frame), separator, withoutLast: false };
  }
  return made.args.length === 1 && isFolderName(encoder, called)
    ? { text: encoder.expression(text, frame), separator: "/", withoutLast: true }
    : null;
}

/** Supabase's bodies of `storage.foldername`, and rlsmith's, without their white space. */
const FOLDER_NAMES: ReadonlySet<string> = new Set([
  "select(string_to_array(name,'/'))[1:array_length(string_to_array(name,'/'),1)-1]",
  "declare_partstext[];beginselectstring_to_array(name,'/')into_parts;return_parts[1:array_length(_parts,1)-1];end",
  "declare_partstext[];begin--splitonslashtogetpathsegmentsselectstring_to_array(name,'/')into_parts;" +
    "--returneverythingexceptthelastsegmentreturn_parts[1:array_length(_parts,1)-1];end",
]);

function isFolderName(encoder: Encoder, { schema, name }: Called): boolean {
  if (schema !== "storage" || name !== "foldername") return false;
  const [fn, ...others] = encoder.side.functions({ schema, name });
  if (!fn || others.length > 0) return false;
  const body = fn.body.replaceAll(/\s+/g, "").toLowerCase().replace(/;$/, "");
  const settings = fn.settings.every((entry) => /^search_path=/i.test(entry));
  return FOLDER_NAMES.has(body) && settings && functionKey(fn).startsWith(nameKey({ schema, name }));
}

function elementOf(encoder: Encoder, { text, separator, withoutLast }: Parts, index: number): Scalar | null {
  const { logic } = encoder;
  if (text.kind !== "scalar" || text.type !== TYPE.text) return null;
  const cases: { when: Formula; term: Term }[] = text.cases.map(({ when, term }) => ({
    // without the last part there have to be more
    when: logic.and(when, logic.predicate(hasPart(separator, withoutLast ? index + 1 : index), null, [term])),
    term: logic.apply(part(separator, index), [term]),
  }));
  const there = logic.or(...cases.map(({ when }) => when));
  return { kind: "scalar", type: TYPE.text, raises: text.raises, isNull: logic.not(there), cases };
}
