import type { Formula, Predicate, Term } from "../../logic/formula.ts";
import { jsonIs, jsonText, type JsonFact, type JsonPath, type PredicateSymbol } from "../../logic/symbol.ts";
import type { AxiomContext } from "./context.ts";

/** JSON documents. The argument of each symbol is the text of the document, whose root is an object. */
export function jsonAxioms(context: AxiomContext): void {
  for (const predicate of context.vocabulary.predicates) {
    const { symbol } = predicate;
    const [document] = predicate.args;
    if (symbol.kind === "json" && document) memberAxioms(context, { predicate, document, ...symbol });
  }
}

interface MemberFact {
  predicate: Predicate;
  document: Term;
  fact: JsonFact;
  path: JsonPath;
}

/** A member that is there belongs to an object; an object or a list is not JSON null, and neither is the other. */
function memberAxioms(context: AxiomContext, { predicate, document, fact, path }: MemberFact): void {
  const { logic, once } = context;
  const about = (name: JsonFact, at: JsonPath): Formula => logic.predicate(jsonIs(name, at), null, [document]);
  const holds = logic.not(predicate);
  switch (fact) {
    case "some":
      once(`json ${predicate.id}`, () => logic.or(holds, about("has", path)));
      break;
    case "has":
      if (path.length > 1) once(`json ${predicate.id}`, () => logic.or(holds, about("object", path.slice(0, -1))));
      break;
    case "object":
    case "array":
      once(`json ${predicate.id}`, () =>
        logic.and(
          logic.or(holds, about("some", path)),
          logic.not(logic.and(about("object", path), about("array", path))),
        ),
      );
      textAxioms(context, { predicate, document, fact, path });
  }
}

/**
 * The text of an object begins with a brace and is longer than any uuid is with braces; that of a list begins with a
 * bracket.
 */
function textAxioms(context: AxiomContext, { predicate, document, fact, path }: MemberFact): void {
  const { logic, vocabulary, applies, constants, once } = context;
  const text = applies.get(jsonText(path).key)?.find(({ args }) => args[0] === document);
  if (!text) return;
  const fits = fact === "object" ? isObject : isList;
  for (const constant of constants)
    if (!fits(String(constant.value)) && vocabulary.mayBeEqual(text, constant))
      once(`json text ${predicate.id} ${constant.id}`, () =>
        logic.or(logic.not(predicate), logic.not(logic.equal(text, constant))),
      );
  for (const other of vocabulary.predicates)
    if (readsNoDocument(other.symbol) && other.args[0] === text)
      once(`json ok ${predicate.id} ${other.id}`, () => logic.or(logic.not(predicate), logic.not(other)));
  if (fact === "object") nestedAxioms(context, { predicate, document, path, text });
}

/** The type's input function takes no text of an object or a list. A label of an enum may be one, and JSON is. */
const readsNoDocument = (symbol: PredicateSymbol): boolean => symbol.kind === "readable" && symbol.type.kind !== "enum";

/** The text of a member that is an object is a document of its own, with the members that the member has. */
function nestedAxioms(
  { logic, vocabulary, once }: AxiomContext,
  { predicate, document, path, text }: { predicate: Predicate; document: Term; path: JsonPath; text: Term },
): void {
  const unless = logic.not(predicate);
  for (const inner of vocabulary.predicates) {
    const { symbol } = inner;
    if (symbol.kind === "json" && inner.args[0] === text)
      once(`nested ${predicate.id} ${inner.id}`, () => {
        const outer = logic.predicate(jsonIs(symbol.fact, [...path, ...symbol.path]), null, [document]);
        return logic.or(unless, logic.iff(inner, outer));
      });
  }
  for (const inner of vocabulary.terms) {
    if (inner.kind !== "apply" || inner.symbol.kind !== "json text" || inner.symbol.plain) continue;
    const { symbol, args } = inner;
    if (args[0] === text)
      once(`nested text ${predicate.id} ${inner.id}`, () => {
        const outer = logic.apply(jsonText([...path, ...symbol.path]), [document]);
        return logic.or(unless, logic.equal(inner, outer));
      });
  }
}

const isList = (text: string): boolean => /^\s*\[[^]*\]\s*$/.test(text);

const isObject = (text: string): boolean => /^\s*\{[^]*\}\s*$/.test(text) && !/^\{[0-9a-f-]*\}$/i.test(text);
