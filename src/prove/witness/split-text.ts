import type { ApplyTerm, Term } from "../logic/formula.ts";
import { PURE, splitText } from "../logic/functions.ts";
import { ARRAY_MEMBER } from "../logic/symbol.ts";
import { elements, giveElements } from "./array-members.ts";
import { classmates, type Assignment } from "./assignment.ts";
import { fits } from "./fits.ts";
import { foldsOf, isFold, type Case } from "./fold.ts";

type Split = ApplyTerm & { readonly symbol: { readonly kind: "split"; readonly separator: string } };

const isSplit = (term: Term): term is Split => term.kind === "apply" && term.symbol.kind === "split";

/** The arrays that string_to_array makes of the text. */
const splitsOf = ({ model }: Assignment, mates: readonly Term[]): Split[] =>
  [...model.terms].filter(isSplit).filter(({ args }) => args[0] !== undefined && mates.includes(args[0]));

/** The text is split, and so is what it folds to. */
export const isSplitTwice = (values: Assignment, mates: readonly Term[]): boolean =>
  splitsOf(values, mates).length > 0 &&
  foldsOf(values, mates).some((term) => splitsOf(values, classmates(values, term)).length > 0);

/** The members of an array as one text; one that is made up has capitals, if the model needs letters that fold. */
export function joinedMembers(values: Assignment, mates: readonly Term[], array: Term, separator: string): string {
  const found = withFolded(values, mates, array, separator);
  const joined = found.join(separator);
  if (fits(values, mates, joined)) return joined;
  const given = new Set(values.known.values());
  for (const [n, one] of found.entries()) {
    if (one === null || given.has(one)) continue;
    for (const spelled of [capitalized(one), one.toUpperCase()]) {
      const text = found.with(n, spelled).join(separator);
      if (!fits(values, mates, text)) continue;
      giveElements(values, array, splitText(text, separator));
      return text;
    }
  }
  return joined;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The members of an array, and for the members that the folded text has beside them, texts that fold to those. */
function withFolded(
  values: Assignment,
  mates: readonly Term[],
  array: Term,
  separator: string,
): readonly (string | null)[] {
  const found = [...elements(values, array)];
  const others = texts(values, array, false);
  for (const term of foldsOf(values, mates)) {
    const fold = PURE[term.symbol.to];
    for (const split of splitsOf(values, classmates(values, term))) {
      if (split.symbol.separator !== separator) continue;
      for (const member of texts(values, split, true)) {
        if (found.some((one) => one !== null && fold(one) === member)) continue;
        const spelled =
          term.symbol.to === "lower"
            ? [member, capitalized(member), member.toUpperCase()]
            : [member, member.toLowerCase()];
        found.push(spelled.find((one) => !others.includes(one)) ?? member);
      }
    }
  }
  giveElements(values, array, found);
  return found;
}

/** The texts that the model has as members of an array, or as none of it. */
function texts(values: Assignment, array: Term, isMember: boolean): string[] {
  const mates = classmates(values, array);
  return memberTests(values).flatMap(({ member, of, holds }) =>
    mates.includes(of) && holds === isMember && !values.busy.has(member) ? [values.print(member)] : [],
  );
}

interface MemberTest {
  member: Term;
  of: Term;
  holds: boolean | undefined;
}

const memberTests = ({ model }: Assignment): MemberTest[] =>
  [...model.predicates].flatMap((predicate) => {
    const [member, of] = predicate.args;
    if (predicate.symbol !== ARRAY_MEMBER || !member || !of) return [];
    return [{ member, of, holds: model.holds(predicate) }];
  });

/**
 * How a word is spelled that is a member of a split text, where the case of that text is folded: in capitals, if upper
 * of something is split, and with one, if it is a member before lower and none after.
 */
export function spelledAsMember(values: Assignment, mates: readonly Term[], word: string): string {
  const tests = memberTests(values).filter(({ member }) => mates.includes(member));
  const textOf = (of: Term): readonly Term[] => (isSplit(of) && of.args[0] ? classmates(values, of.args[0]) : []);
  const foldsIn = (holds: boolean): Case[] =>
    tests.flatMap((test) =>
      test.holds === holds ? textOf(test.of).flatMap((term) => (isFold(term) ? [term.symbol.to] : [])) : [],
    );
  if (foldsIn(true).includes("upper")) return word.toUpperCase();
  const isMember = tests.some(({ of, holds }) => holds === true && isSplit(of));
  return isMember && foldsIn(false).includes("lower") ? capitalized(word) : word;
}
