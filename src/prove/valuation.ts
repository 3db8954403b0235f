import { parseUuid, printDate, printTimestamp } from "./logic/conversion.ts";
import { likePattern, type Conversions } from "./logic/functions.ts";
import type { Logic, Term } from "./logic/logic.ts";
import type { Model } from "./solve/solver.ts";

/** What values are made for. */
export interface ValuationInput {
  logic: Logic;
  conversions: Conversions;
  model: Model;
  /** what `now()` was taken to be, in microseconds since 1970 */
  now: number;
}

const DAY = 86_400_000_000;

/** Concrete values for the terms of a model, as Postgres prints them; terms that are equal have the same. */
export interface Valuation {
  text(term: Term): string;
  /** as Postgres prints it */
  print(term: Term): string;
}

/** Values for the classes of equal terms: constants first, then what conversions ask for, then words of their own. */
export function newValuation({ logic, conversions, model, now }: ValuationInput): Valuation {
  const byClass = new Map<number, Term[]>();
  for (const [term, id] of model.classOf) {
    const list = byClass.get(id);
    if (list) list.push(term);
    else byClass.set(id, [term]);
  }
  const classmates = (term: Term): readonly Term[] => {
    const id = model.classOf.get(term);
    return id === undefined ? [term] : (byClass.get(id) ?? [term]);
  };
  const known = new Map<Term, string>();
  const taken = new Set<string>();
  // of every sort: a uuid made up must not be one that a policy names
  for (const term of model.terms) if (term.kind === "constant") taken.add(String(term.value));
  let words = 0;
  let uuids = 0;

  const remember = (term: Term, value: string): string => {
    for (const mate of classmates(term)) known.set(mate, value);
    known.set(term, value);
    if (term.sort === "text") taken.add(value);
    return value;
  };

  const word = (): string => {
    for (;;) {
      words += 1;
      const text = words <= 26 ? String.fromCharCode(96 + words).repeat(3) : `w${words}`;
      if (!taken.has(text)) return text;
    }
  };
  const uuid = (): string => {
    for (;;) {
      uuids += 1;
      const digit = uuids <= 6 ? String.fromCharCode(96 + uuids) : String(uuids % 10);
      const text = `${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}-8${digit.repeat(3)}-${uuids <= 15 ? digit.repeat(12) : String(uuids).padStart(12, "0")}`;
      if (![...known.values()].includes(text) && !taken.has(text)) return text;
    }
  };
  /** A text that none of the others is, out of spellings that mean the same. */
  const free = (spellings: readonly string[]): string =>
    spellings.find((text) => !taken.has(text)) ?? spellings[0] ?? word();

  const print = (term: Term): string => {
    const memo = known.get(term);
    if (memo !== undefined) return memo;
    const constant = classmates(term).find((mate) => mate.kind === "constant");
    if (term.sort === "text")
      return remember(term, constant?.kind === "constant" ? String(constant.value) : text(term));
    if (constant?.kind === "constant") return remember(term, printed(term.sort, constant.value));
    if (term.sort === "uuid") return remember(term, uuid());
    if (term.sort === "int" || term.sort === "date" || term.sort === "timestamp" || term.sort === "timestamptz")
      return remember(term, printed(term.sort, number(term)));
    const labels = conversions.get(term.sort)?.labels;
    if (labels) {
      const used = new Set([...known].flatMap(([other, value]) => (other.sort === term.sort ? [value] : [])));
      return remember(term, labels.find((label) => !used.has(label)) ?? labels[0] ?? "");
    }
    return remember(term, word());
  };

  /** Numbers as the model has them; a moment after now is put a day later, since time goes on before the witness is run. */
  const number = (term: Term): number => {
    const value = term.kind === "constant" ? Number(term.value) : (model.numbers.get(term) ?? 1);
    if (term.sort === "timestamptz" || term.sort === "timestamp") return value > now ? value + DAY : value;
    return value;
  };

  // texts that are being worked out: one that hangs on itself gets a word of its own
  const busy = new Set<Term>();
  const text = (term: Term): string => {
    if (busy.has(term)) return word();
    busy.add(term);
    try {
      return textOf(term);
    } finally {
      busy.delete(term);
    }
  };
  const textOf = (term: Term): string => {
    const mates = classmates(term);
    // a placeholder first: two texts that are lower case of each other would ask for ever
    for (const mate of mates)
      if (mate.kind === "apply" && mate.fn.startsWith("out:") && mate.args[0]) return print(mate.args[0]);
    for (const predicate of model.predicates) {
      if (!predicate.fn.startsWith("ok:") || model.holds(predicate) !== true) continue;
      const [arg] = predicate.args;
      if (!arg || !mates.includes(arg) || arg.sort !== "text") continue;
      // what the value prints as is another text, if the model says so
      const conversion = conversions.get(predicate.fn.slice("ok:".length));
      const value = conversion && logic.apply(conversion.sort, `in:${conversion.type}`, [arg]);
      for (const out of model.terms)
        if (out.kind === "apply" && out.fn.startsWith("out:") && out.args[0] && value && !mates.includes(out))
          if (print(value) === print(out.args[0])) print(out);
      return free(spellings(predicate.fn.slice("ok:".length), arg));
    }
    for (const apply of model.terms) {
      const [arg] = apply.kind === "apply" ? apply.args : [];
      if (apply.kind !== "apply" || !arg || !mates.includes(arg)) continue;
      if (apply.fn === "lower" && !mates.includes(apply)) {
        const low = print(apply);
        return free([low.toUpperCase(), low.charAt(0).toUpperCase() + low.slice(1)]);
      }
      if (apply.fn === "upper" && !mates.includes(apply)) {
        const high = print(apply);
        return free([high.toLowerCase(), high.charAt(0) + high.slice(1).toLowerCase()]);
      }
      if (apply.fn.startsWith("split "))
        return elements(apply).join(JSON.parse(apply.fn.slice("split ".length)) as string);
    }
    const isUpper = mates.some((mate) => mate.kind === "apply" && mate.fn === "upper");
    const patterns: { like: RegExp; holds: boolean; text: string }[] = [];
    for (const predicate of model.predicates) {
      const [arg, pattern] = predicate.args;
      const like = likePattern(predicate.fn, pattern);
      if (!like || !arg || !mates.includes(arg)) continue;
      const text = String(pattern?.kind === "constant" ? pattern.value : "");
      patterns.push({ like, holds: model.holds(predicate) === true, text });
    }
    const fits = (text: string): boolean => patterns.every(({ like, holds }) => like.test(text) === holds);
    for (let tries = 0; tries < 60; tries += 1) {
      const own = isUpper ? word().toUpperCase() : word();
      const filled = patterns.map((pattern) => pattern.text.replaceAll("%", own).replaceAll("_", own.charAt(0)));
      const found = [own, ...filled].find((text) => !taken.has(text) && fits(text));
      if (found !== undefined) return found;
    }
    return word();
  };

  const spellings = (type: string, arg: Term): string[] => {
    if (type === "boolean") {
      const holds = model.holds(logic.predicate("in:boolean", null, [arg])) === true;
      return holds ? ["true", "t", "yes", "on", "1", "TRUE"] : ["false", "f", "no", "off", "0", "FALSE"];
    }
    const conversion = conversions.get(type);
    if (!conversion) return [word()];
    const term = logic.apply(conversion.sort, `in:${type}`, [arg]);
    const value = print(term);
    // where the value's own text is spoken of, and is another, this one is spelled otherwise
    for (const out of model.terms)
      if (out.kind === "apply" && out.fn === `out:${type}` && out.args[0] && print(out.args[0]) === value)
        if (!classmates(arg).includes(out)) taken.add(value);
    if (type === "uuid") {
      const upper = parseUuid(value.toUpperCase()) === value ? [value.toUpperCase()] : [];
      return [value, ...upper.filter((other) => other !== value), `{${value}}`, value.replaceAll("-", "")];
    }
    if (conversion.sort === "int")
      return [value, ` ${value}`, `  ${value}`, value.startsWith("-") ? `${value} ` : `0${value}`];
    return [value];
  };

  const arrays = new Map<number | Term, (string | null)[]>();
  /** Members that the model gives an array, as texts; null for NULL. Equal arrays have the same. */
  const elements = (array: Term): (string | null)[] => {
    const key = model.classOf.get(array) ?? array;
    const known = arrays.get(key) ?? membersOf(array);
    arrays.set(key, known);
    return known;
  };
  const isSettled = (origin: Term): boolean => {
    const mates = classmates(origin);
    return (
      mates.some(
        (mate) => mate.kind === "constant" || known.has(mate) || (mate.kind === "apply" && mate.fn.startsWith("out:")),
      ) ||
      [...model.predicates].some(
        (predicate) =>
          predicate.fn.startsWith("ok:") &&
          predicate.args[0] !== undefined &&
          mates.includes(predicate.args[0]) &&
          model.holds(predicate) === true,
      )
    );
  };
  const membersOf = (array: Term): (string | null)[] => {
    // what was cast from this array has its members
    const same = [...model.terms].filter(
      (term) =>
        classmates(array).includes(term) ||
        (term.kind === "apply" &&
          term.fn.startsWith("in:array ") &&
          term.args[0] &&
          classmates(array).includes(term.args[0])),
    );
    // a list that comes from a text which is settled otherwise has that text's members
    for (const term of same) {
      const [origin] = term.kind === "apply" && term.fn.startsWith("split ") ? term.args : [];
      if (term.kind !== "apply" || !origin || !isSettled(origin)) continue;
      const value = print(origin);
      return value === "" ? [] : value.split(JSON.parse(term.fn.slice("split ".length)) as string);
    }
    const members = new Set<string | null>();
    if (same.some((term) => model.holds(logic.predicate("array:null", null, [term])) === true)) members.add(null);
    for (const predicate of model.predicates) {
      const [member, of] = predicate.args;
      if (predicate.fn === "array:member" && member && of && same.includes(of) && model.holds(predicate) === true)
        members.add(print(member));
    }
    const empty = same.some((term) => model.holds(logic.predicate("array:empty", null, [term])) === true);
    if (members.size === 0 && !empty) members.add(same.some((term) => term.sort === "array uuid") ? uuid() : word());
    return empty ? [] : [...members];
  };

  return {
    text: print,
    print: (term) => (term.sort.startsWith("array ") ? arrayText(elements(term)) : print(term)),
  };
}

const arrayText = (items: readonly (string | null)[]): string =>
  `{${items.map((item) => (item === null ? "NULL" : `"${item.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`)).join(",")}}`;

function printed(sort: string, value: string | number): string {
  if (sort === "date") return printDate(Number(value));
  if (sort === "timestamp") return printTimestamp(Number(value), false);
  if (sort === "timestamptz") return printTimestamp(Number(value), true);
  return String(value);
}
