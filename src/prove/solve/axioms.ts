import { areDisjoint, likePattern, PURE, printConstant, type Conversions } from "../logic/functions.ts";
import { ORDERED, type Formula, type Logic, type Term } from "../logic/logic.ts";

/** What the formulas of a query speak of, as far as axioms are about it. */
export interface Vocabulary {
  /** every term, parts included */
  terms: ReadonlySet<Term>;
  predicates: ReadonlySet<Extract<Formula, { kind: "predicate" }>>;
  /** pairs that some equation could make equal, however it is assigned */
  mayBeEqual(left: Term, right: Term): boolean;
}

/** Axioms that were given already; a query asks again as its vocabulary grows. */
export type Given = Set<string>;

/**
 * Ground axioms about the functions and predicates that are present, as formulas that hold in every database:
 * the same arguments give the same value; input and output functions are each other's inverse in the one direction that is true (many texts
 * are read as one uuid, so never in the other); an enum has no value but its labels; JSON members belong to objects.
 */
export function axioms(logic: Logic, conversions: Conversions, vocabulary: Vocabulary, given: Given): Formula[] {
  const made: Formula[] = [];
  const once = (key: string, make: () => Formula): void => {
    if (given.has(key)) return;
    given.add(key);
    made.push(make());
  };
  const applies = new Map<string, Extract<Term, { kind: "apply" }>[]>();
  const constants: Extract<Term, { kind: "constant" }>[] = [];
  for (const term of vocabulary.terms) {
    if (term.kind === "apply") push(applies, term.fn, term);
    else if (term.kind === "constant" && term.sort === "text") constants.push(term);
  }
  const predicates = new Map<string, Extract<Formula, { kind: "predicate" }>[]>();
  for (const predicate of vocabulary.predicates)
    if (predicate.args.length > 0) push(predicates, predicate.fn, predicate);

  // the same for the same
  for (const list of applies.values())
    pairs(list, (a, b) => {
      if (!argumentsMayBeEqual(a.args, b.args, vocabulary)) return;
      once(`same ${a.id} ${b.id}`, () => logic.or(...differ(logic, a.args, b.args), logic.equal(a, b)));
    });
  for (const list of predicates.values())
    pairs(list, (a, b) => {
      if (a.row !== b.row || !argumentsMayBeEqual(a.args, b.args, vocabulary)) return;
      once(`same ${a.id} ${b.id}`, () => logic.or(...differ(logic, a.args, b.args), logic.iff(a, b)));
    });

  for (const { type, sort, read, labels } of conversions.values()) {
    const reads = [...(applies.get(`in:${type}`) ?? []), ...(predicates.get(`in:${type}`) ?? [])];
    const tests = predicates.get(`ok:${type}`) ?? [];
    const texts = new Set([...reads, ...tests].map((use) => use.args[0]).filter((arg) => arg !== undefined));
    const value = (arg: Term): Term => logic.apply(sort, `in:${type}`, [arg]);
    const ok = (arg: Term): Formula => logic.predicate(`ok:${type}`, null, [arg]);
    for (const text of texts) {
      for (const constant of constants) {
        if (!vocabulary.mayBeEqual(text, constant)) continue;
        const parsed = read(String(constant.value));
        if (parsed === undefined) continue;
        once(`${type} of ${text.id} ${constant.id}`, () => {
          const facts =
            parsed === null
              ? logic.not(ok(text))
              : typeof parsed === "boolean"
                ? logic.and(ok(text), literal(logic, logic.predicate(`in:${type}`, null, [text]), parsed))
                : logic.and(ok(text), logic.equal(value(text), logic.constant(sort, parsed)));
          return logic.or(logic.not(logic.equal(text, constant)), facts);
        });
      }
      // what an output function printed is read back as the same value, by its own type; no uuid reads as a number or a boolean
      for (const [fn, printed] of applies) {
        if (!fn.startsWith("out:")) continue;
        for (const out of printed) {
          const [origin] = out.args;
          if (!origin || !vocabulary.mayBeEqual(text, out)) continue;
          const printedType = fn.slice("out:".length);
          if (printedType === type || fitsInto(printedType, type))
            once(`${type} back ${text.id} ${out.id}`, () =>
              logic.or(logic.not(logic.equal(text, out)), logic.and(ok(text), logic.equal(value(text), origin))),
            );
          else if (areDisjoint(type, printedType))
            once(`${type} not ${text.id} ${out.id}`, () =>
              logic.or(logic.not(logic.equal(text, out)), logic.not(ok(text))),
            );
        }
      }
      for (const other of ["uuid", "smallint", "integer", "bigint", "boolean", "date"])
        for (const test of other < type && areDisjoint(type, other) ? (predicates.get(`ok:${other}`) ?? []) : []) {
          const [same] = test.args;
          if (same && vocabulary.mayBeEqual(text, same))
            once(`${type} or ${other} ${text.id} ${same.id}`, () =>
              logic.or(logic.not(logic.equal(text, same)), logic.not(ok(text)), logic.not(test)),
            );
        }
      if (labels)
        once(`${type} labels ${text.id}`, () =>
          logic.iff(ok(text), logic.or(...labels.map((label) => logic.equal(text, logic.constant("text", label))))),
        );
    }
  }

  for (const term of vocabulary.terms) {
    const labels = conversions.get(term.sort)?.labels;
    if (labels && term.kind !== "constant")
      once(`labels ${term.id}`, () =>
        logic.or(...labels.map((label) => logic.equal(term, logic.constant(term.sort, label)))),
      );
    if (term.kind !== "apply") continue;
    const [arg] = term.args;
    const pure = PURE[term.fn];
    if (pure && arg)
      for (const constant of constants) {
        const result = pure(String(constant.value));
        if (result === undefined) continue;
        if (vocabulary.mayBeEqual(arg, constant))
          once(`pure ${term.id} ${constant.id}`, () =>
            logic.or(logic.not(logic.equal(arg, constant)), logic.equal(term, logic.constant("text", result))),
          );
        // a text without letters is lower-cased from itself alone
        if (
          !/[a-z]/i.test(String(constant.value)) &&
          result === constant.value &&
          vocabulary.mayBeEqual(term, constant)
        )
          once(`alone ${term.id} ${constant.id}`, () =>
            logic.or(logic.not(logic.equal(term, constant)), logic.equal(arg, constant)),
          );
        // nothing is lower-cased to a text that lower-casing would change
        if (result !== constant.value && vocabulary.mayBeEqual(term, constant))
          once(`image ${term.id} ${constant.id}`, () => logic.not(logic.equal(term, constant)));
      }
    // numbers and uuids are printed in lower case
    if (term.fn === "lower" && arg?.kind === "apply" && /^out:(uuid|smallint|integer|bigint|date)$/.test(arg.fn))
      once(`low ${term.id}`, () => logic.equal(term, arg));
    if (!term.fn.startsWith("out:") || !arg) continue;
    // one value, one text
    for (const other of applies.get(term.fn) ?? []) {
      const [origin] = other.args;
      if (other.id > term.id && origin)
        if (vocabulary.mayBeEqual(term, other) || vocabulary.mayBeEqual(arg, origin))
          once(`print ${term.id} ${other.id}`, () => logic.iff(logic.equal(term, other), logic.equal(arg, origin)));
    }
    const conversion = conversions.get(term.fn.slice("out:".length));
    for (const constant of constants) {
      if (!vocabulary.mayBeEqual(term, constant) || !conversion) continue;
      const parsed = conversion.read(String(constant.value));
      if (parsed === undefined || typeof parsed === "boolean") continue;
      const canonical = parsed !== null && printConstant(conversion.sort, parsed) === constant.value;
      if (parsed !== null && !canonical && printConstant(conversion.sort, parsed) === undefined) continue;
      once(`printed ${term.id} ${constant.id}`, () =>
        canonical && parsed !== null
          ? logic.iff(logic.equal(term, constant), logic.equal(arg, logic.constant(conversion.sort, parsed)))
          : logic.not(logic.equal(term, constant)),
      );
    }
  }

  for (const predicate of vocabulary.predicates) {
    const [text, pattern] = predicate.args;
    const like = text && likePattern(predicate.fn, pattern);
    if (!like) continue;
    const written = pattern?.kind === "constant" ? String(pattern.value) : "";
    if (/^%+$/.test(written)) once(`like ${predicate.id}`, () => predicate);
    if (predicate.fn === "text ~~" && pattern && !/[%_]/.test(written))
      once(`like ${predicate.id}`, () => logic.iff(predicate, logic.equal(text, pattern)));
    for (const constant of constants)
      if (vocabulary.mayBeEqual(text, constant))
        once(`like ${predicate.id} ${constant.id}`, () =>
          logic.or(
            logic.not(logic.equal(text, constant)),
            literal(logic, predicate, like.test(String(constant.value))),
          ),
        );
  }
  // what is both a number and a boolean is 1 or 0
  for (const type of WIDTHS)
    for (const test of predicates.get(`ok:${type}`) ?? []) {
      const [text] = test.args;
      const other = predicates.get("ok:boolean")?.find((candidate) => candidate.args[0] === text);
      if (!text || !other) continue;
      const truth = logic.predicate("in:boolean", null, [text]);
      const is = (value: number): Formula =>
        logic.equal(logic.apply("int", `in:${type}`, [text]), logic.constant("int", value));
      once(`${type} and boolean ${text.id}`, () =>
        logic.or(logic.not(test), logic.not(other), logic.and(truth, is(1)), logic.and(logic.not(truth), is(0))),
      );
    }
  // booleans, uuids and numbers are read in any case; `TRUE` in capitals is one too, but not every spelling was looked at
  for (const type of ["boolean", "uuid", ...WIDTHS]) {
    const uses = [
      ...(predicates.get(`ok:${type}`) ?? []),
      ...(predicates.get(`in:${type}`) ?? []),
      ...(applies.get(`in:${type}`) ?? []),
    ];
    for (const text of new Set(uses.map((use) => use.args[0]))) {
      const folds = text?.kind === "apply" && (text.fn === "lower" || (text.fn === "upper" && type !== "boolean"));
      const [arg] = folds ? text.args : [];
      if (!text || !arg) continue;
      const sort = WIDTHS.includes(type) ? "int" : type;
      const ok = (of: Term): Formula => logic.predicate(`ok:${type}`, null, [of]);
      const value = (of: Term): Term => logic.apply(sort, `in:${type}`, [of]);
      const truth = (of: Term): Formula => logic.predicate(`in:${type}`, null, [of]);
      once(`any case ${type} ${text.id}`, () =>
        logic.and(
          logic.iff(ok(text), ok(arg)),
          type === "boolean" ? logic.iff(truth(text), truth(arg)) : logic.equal(value(text), value(arg)),
        ),
      );
    }
  }
  arrayAxioms(logic, vocabulary, once);
  jsonAxioms(logic, vocabulary, constants, once);
  return made;
}

/** string_to_array gives no NULL, and nothing exactly for the empty text; a cast of an array keeps NULLs, and what is empty. */
function arrayAxioms(logic: Logic, vocabulary: Vocabulary, once: (key: string, make: () => Formula) => void): void {
  const is = (what: "empty" | "null", array: Term): Formula => logic.predicate(`array:${what}`, null, [array]);
  for (const term of vocabulary.terms) {
    const [arg] = term.kind === "apply" ? term.args : [];
    if (term.kind !== "apply" || !arg) continue;
    if (term.fn.startsWith("split ")) {
      once(`split null ${term.id}`, () => logic.not(is("null", term)));
      once(`split empty ${term.id}`, () => logic.iff(is("empty", term), logic.equal(arg, logic.constant("text", ""))));
    } else if (term.fn.startsWith("in:array "))
      for (const what of ["null", "empty"] as const)
        once(`${what} in ${term.id}`, () =>
          logic.or(
            logic.not(logic.predicate(`ok:${term.fn.slice("in:".length)}`, null, [arg])),
            logic.iff(is(what, term), is(what, arg)),
          ),
        );
  }
  for (const predicate of vocabulary.predicates) {
    const [member, array] = predicate.args;
    if (predicate.fn === "array:member" && member && array)
      once(`member ${predicate.id}`, () => logic.or(logic.not(predicate), logic.not(is("empty", array))));
    if (predicate.fn === "array:null" && member)
      once(`null member ${predicate.id}`, () => logic.or(logic.not(predicate), logic.not(is("empty", member))));
  }
}

/**
 * JSON documents: `json:has PATH` (a member is there), `json:some PATH` (and is not JSON null), `json:object PATH`, and the text
 * `json:text PATH` that ->> gives. The argument is the text of the document, whose root is an object.
 */
function jsonAxioms(
  logic: Logic,
  vocabulary: Vocabulary,
  constants: readonly Extract<Term, { kind: "constant" }>[],
  once: (key: string, make: () => Formula) => void,
): void {
  const texts = new Map<string, Term>();
  for (const term of vocabulary.terms)
    if (term.kind === "apply" && term.fn.startsWith("json:text "))
      texts.set(`${term.fn.slice("json:text ".length)} ${term.args[0]?.id}`, term);
  for (const predicate of vocabulary.predicates) {
    const found = /^json:(has|some|object|array) (.*)$/s.exec(predicate.fn);
    const [document] = predicate.args;
    if (!found || !document) continue;
    const [, what, pathText = ""] = found;
    const path = JSON.parse(pathText) as string[];
    const about = (name: string, at: readonly string[]): Formula =>
      logic.predicate(`json:${name} ${JSON.stringify(at)}`, null, [document]);
    if (what === "some") once(`json ${predicate.id}`, () => logic.or(logic.not(predicate), about("has", path)));
    else if (what === "has" && path.length > 1)
      once(`json ${predicate.id}`, () => logic.or(logic.not(predicate), about("object", path.slice(0, -1))));
    else if (what === "object" || what === "array") {
      once(`json ${predicate.id}`, () =>
        logic.and(
          logic.or(logic.not(predicate), about("some", path)),
          logic.not(logic.and(about("object", path), about("array", path))),
        ),
      );
      const text = texts.get(`${pathText} ${document.id}`);
      if (!text) continue;
      // the text of an object starts with a brace and is longer than any uuid is with braces; that of a list starts with a bracket
      for (const constant of constants)
        if (!(what === "object" ? isObject : isList)(String(constant.value)) && vocabulary.mayBeEqual(text, constant))
          once(`json text ${predicate.id} ${constant.id}`, () =>
            logic.or(logic.not(predicate), logic.not(logic.equal(text, constant))),
          );
      for (const other of vocabulary.predicates)
        if (other.fn.startsWith("ok:") && other.args[0] === text)
          once(`json ok ${predicate.id} ${other.id}`, () => logic.or(logic.not(predicate), logic.not(other)));
    }
  }
}

const isList = (text: string): boolean => /^\s*\[[^]*\]\s*$/.test(text);

const isObject = (text: string): boolean => /^\s*\{[^]*\}\s*$/.test(text) && !/^\{[0-9a-f-]*\}$/i.test(text);

const WIDTHS: readonly string[] = ["smallint", "integer", "bigint"];

/** Whether every value of one integer type is one of the other too. */
const fitsInto = (narrow: string, wide: string): boolean =>
  WIDTHS.includes(narrow) && WIDTHS.indexOf(narrow) <= WIDTHS.indexOf(wide);

const literal = (logic: Logic, formula: Formula, value: boolean): Formula => (value ? formula : logic.not(formula));

const differ = (logic: Logic, left: readonly Term[], right: readonly Term[]): Formula[] =>
  left.flatMap((term, index) => {
    const other = right[index];
    return other && other !== term ? [logic.not(logic.equal(term, other))] : [];
  });

const argumentsMayBeEqual = (left: readonly Term[], right: readonly Term[], vocabulary: Vocabulary): boolean =>
  left.length === right.length &&
  left.every((term, index) => {
    const other = right[index];
    return (
      other !== undefined &&
      (other === term || (term.sort === other.sort && (ORDERED.has(term.sort) || vocabulary.mayBeEqual(term, other))))
    );
  });

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function pairs<T>(list: readonly T[], visit: (a: T, b: T) => void): void {
  for (let one = 0; one < list.length; one += 1)
    for (let two = one + 1; two < list.length; two += 1) visit(list[one] as T, list[two] as T); // both below the length
}
