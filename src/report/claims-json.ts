import type { Cause, ClaimsReport } from "../claims/index.ts";
import { functionKey, nameKey } from "../pg/name.ts";
import type { Platform } from "../scratch/index.ts";
import { causeText, unsureText } from "./claims-cause.ts";
import type { ClaimsJson, UnknownInWords } from "./json-outputs.ts";

type Known<T> = { kind: "known"; value: T };
type Answer<T> = Known<T> | { kind: "unknown"; because: Cause };

const inWords = <T>(answer: Answer<T>): Known<T> | UnknownInWords =>
  answer.kind === "known" ? answer : { kind: "unknown", why: causeText(answer.because), because: answer.because };

const inWordsOrNull = <T>(answer: Answer<T> | null): Known<T> | UnknownInWords | null =>
  answer === null ? null : inWords(answer);

/** The report as a value to be stored: functions and relations by name, causes as tags and in words. */
export function claimsJson(
  { readFrom, jwtExpirySeconds, facts, findings }: ClaimsReport,
  platform: Platform | null,
): ClaimsJson {
  const { source } = facts;
  return {
    format: "rlsmith-claims",
    formatVersion: 1,
    readFrom,
    jwtExpirySeconds,
    ...facts,
    source:
      source.kind === "unknown"
        ? inWords(source)
        : {
            kind: "known",
            value: {
              ...source.value,
              relation: nameKey(source.value.relation),
              unsure: source.value.unsure === null ? null : unsureText(source.value.unsure),
            },
          },
    behaviour: inWordsOrNull(facts.behaviour),
    members: inWordsOrNull(facts.members),
    ownMetadata: inWordsOrNull(facts.ownMetadata),
    tokens: inWords(facts.tokens),
    staleTokens: inWordsOrNull(facts.staleTokens),
    hooks: facts.hooks.map(({ hook, trial }) => ({
      function: functionKey(hook.fn),
      definition: hook.fn.definition,
      sets: hook.sets,
      trial: trial.kind === "called" ? trial : { ...trial, why: causeText(trial.because) },
    })),
    findings,
    platform,
  };
}
