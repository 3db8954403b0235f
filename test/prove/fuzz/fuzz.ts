import { COMPONENTS, commandOf, type Component } from "../../../src/prove/component.ts";
import { prove, type AssumedVerdict } from "../../../src/prove/prove.ts";
import { contradiction, isHidden, kindOf } from "./judge.ts";
import { changed } from "./mutate.ts";
import { newStates, stateOf } from "./points.ts";
import { newRandom, type Random } from "./random.ts";
import type { Row, Runner, State } from "./runner.ts";
import { mayRaiseBoth } from "./may-raise.ts";
import { ASKED, newCase, type FuzzCase } from "./sides.ts";
import { catalogOf, textOf } from "./text.ts";

/** A point at which a Postgres and a verdict do not go together. */
export interface Contradiction {
  /** `verdict`: what happened is not explained; `witness`: the difference that was shown is not there; `crash`: there is no verdict */
  kind: "verdict" | "witness" | "crash";
  seed: number;
  given: FuzzCase;
  component: Component;
  state: State;
  before: string;
  after: string;
  verdict: AssumedVerdict | null;
  why: string;
}

export interface Tally {
  pairs: number;
  policies: number;
  points: number;
  /** points at which the two sides did not do the same */
  differing: number;
  /** pairs that Postgres did not take, by message */
  refused: Map<string, number>;
  verdicts: Map<string, number>;
  reasons: Map<string, number>;
  witnesses: { confirmed: number; refuted: number; impossible: number };
  /** both sides may raise: which one does is left to the planner */
  excused: number;
  /** what is allowed changed, and only an error change tells so */
  hidden: { gained: number; lost: number; seeds: number[] };
  proving: number;
  running: number;
  contradictions: Contradiction[];
}

export const newTally = (): Tally => ({
  pairs: 0,
  policies: 0,
  points: 0,
  differing: 0,
  refused: new Map(),
  verdicts: new Map(),
  reasons: new Map(),
  witnesses: { confirmed: 0, refuted: 0, impossible: 0 },
  excused: 0,
  hidden: { gained: 0, lost: 0, seeds: [] },
  proving: 0,
  running: 0,
  contradictions: [],
});

const count = (map: Map<string, number>, key: string): void => {
  map.set(key, (map.get(key) ?? 0) + 1);
};

/** Compare verdicts with a Postgres until there were so many points. Pairs are numbered from the seed: each can be made again alone. */
export async function fuzz(
  runner: Runner,
  options: { seed: number; points: number; onPair?: (tally: Tally) => void },
): Promise<Tally> {
  const tally = newTally();
  for (let seed = options.seed; tally.points < options.points; seed += 1) {
    await fuzzPair(runner, seed, tally);
    options.onPair?.(tally);
  }
  return tally;
}

/** The pair of a seed. */
export function pairOf(seed: number): { given: FuzzCase; random: Random } {
  const random = newRandom(seed);
  const { made, maker } = newCase(random);
  return { given: { ...made, after: changed(maker, made) }, random };
}

export async function fuzzPair(runner: Runner, seed: number, tally: Tally): Promise<void> {
  const { given, random } = pairOf(seed);
  tally.pairs += 1;
  tally.policies += given.before.policies.length + given.after.policies.length;
  const from = performance.now();
  let verdicts: AssumedVerdict[];
  try {
    verdicts = verdictsOf(given);
  } catch (error) {
    const why = String(error);
    tally.contradictions.push({
      kind: "crash",
      seed,
      given,
      component: "SELECT",
      state: { role: "anon", settings: {} },
      before: "",
      after: "",
      verdict: null,
      why,
    });
    return;
  }
  tally.proving += performance.now() - from;
  const commands = new Set(
    [...given.before.policies, ...given.after.policies]
      .filter(({ table }) => table === "docs")
      .map(({ command }) => command),
  );
  const live = COMPONENTS.filter((component) => commands.has("ALL") || commands.has(commandOf(component)));
  for (const component of random.shuffled(live).slice(0, 2)) {
    const own = verdicts.filter((verdict) => verdict.component === component && ASKED.includes(verdict.role));
    for (const verdict of own) {
      count(tally.verdicts, verdict.decision);
      if (verdict.decision === "unknown")
        for (const why of new Set(verdict.reasons.map(({ kind, message }) => `${kind}: ${message}`)))
          count(tally.reasons, why);
    }
    const refused = await judge(runner, { seed, given, random, component, own }, tally);
    if (refused !== null) {
      count(tally.refused, refused);
      return;
    }
  }
}

export const verdictsOf = (given: FuzzCase): AssumedVerdict[] =>
  prove(catalogOf(textOf(given.before), given.guarded), catalogOf(textOf(given.after), given.guarded), {
    relations: new Set(["public.docs"]),
    roles: ASKED,
    timeout: 1000,
    ...(given.assumption.length > 0 ? { assumptions: [{ name: "assumed", conditions: given.assumption }] } : {}),
  });

interface Judged {
  seed: number;
  given: FuzzCase;
  random: Random;
  component: Component;
  own: readonly AssumedVerdict[];
}

const STATES = 7;

async function judge(runner: Runner, judged: Judged, tally: Tally): Promise<string | null> {
  const { seed, given, random, component, own } = judged;
  const alone = readsDocs(given);
  const states = newStates(random, given, component, alone ? STATES * 2 : STATES, alone);
  const witnesses = own
    .filter(({ decision }) => decision !== "unknown")
    .flatMap((verdict) => verdict.witnesses.map((witness) => ({ verdict, witness })))
    .filter(({ witness }) => witness.change === "lost" || witness.change === "gained")
    .slice(0, 4);
  const from = performance.now();
  const answers = await runner.run({
    sides: [textOf(given.before), textOf(given.after)],
    guarded: given.guarded,
    component,
    assumption: given.assumption,
    states: [...states, ...witnesses.map(({ witness }) => stateOf(witness.situation))],
  });
  tally.running += performance.now() - from;
  if ("refused" in answers) return answers.refused.replaceAll(/"[^"]*"/g, "…");
  const suspects: Contradiction[] = [];
  states.forEach((state, index) => {
    const [one, two] = [answers[0][index], answers[1][index]];
    const verdict = own.find(({ role }) => role === state.role);
    if (!one?.assumed || !one.outcomes || !two?.outcomes || !verdict) return;
    one.outcomes.forEach((before, place) => {
      const after = two.outcomes?.[place] ?? "";
      if (before.startsWith("setup") || after.startsWith("setup")) throw new Error(`seed ${seed}: ${before} ${after}`);
      // an internal error of the planner is no answer
      if (isInternal(before) || isInternal(after)) return;
      tally.points += 1;
      if (kindOf(before) !== kindOf(after)) tally.differing += 1;
      if (isHidden(verdict, before, after)) {
        tally.hidden[after === "allow" ? "gained" : "lost"] += 1;
        if (tally.hidden.seeds.at(-1) !== seed) tally.hidden.seeds.push(seed);
      }
      const why = contradiction(verdict, before, after);
      if (why !== null)
        suspects.push({
          kind: "verdict",
          seed,
          given,
          component,
          state: pointOf(state, place),
          before,
          after,
          verdict,
          why,
        });
    });
  });
  witnesses.forEach(({ verdict, witness }, index) => {
    const [one, two] = [answers[0][states.length + index], answers[1][states.length + index]];
    const [before = "", after = ""] = [one?.outcomes?.[0], two?.outcomes?.[0]];
    const there = before === witness.before && after === witness.after && one?.assumed === true;
    if (isInternal(before) || isInternal(after)) return;
    if (there) {
      tally.witnesses.confirmed += 1;
      return;
    }
    tally.witnesses[before.startsWith("setup") ? "impossible" : "refuted"] += 1;
    suspects.push({
      kind: "witness",
      seed,
      given,
      component,
      state: stateOf(witness.situation),
      before,
      after,
      verdict,
      why: `witness of ${witness.change}: ${before} became ${after}${one?.assumed ? "" : ", and the assumption is not true"}`,
    });
  });
  const seen = new Set<string>();
  for (const suspect of suspects) {
    const key = `${suspect.kind} ${suspect.why.replaceAll(/error \w+ .*/g, "error")} ${suspect.kind === "witness" ? "" : suspect.state.role}`;
    if (seen.has(key)) continue;
    if (suspect.kind === "verdict" && mayRaiseBoth(suspect)) {
      tally.excused += 1;
      continue;
    }
    seen.add(key);
    tally.contradictions.push(suspect);
  }
  return null;
}

/** `cannot cope with variable-free clause`: PostgreSQL 18 itself gives up on some conditions without columns. */
const isInternal = (outcome: string): boolean => outcome.startsWith("error XX");

/** Other rows of docs may matter: then each point has its own state. */
export const readsDocs = (given: FuzzCase): boolean =>
  /\bfrom docs\b|\bjoin docs\b/.test(JSON.stringify([textOf(given.before), textOf(given.after)]));

/** The state with only the one point in it. */
export function pointOf(state: State, place: number): State {
  const only = (list: Row[] | undefined): Row[] => [list?.[place] ?? {}];
  return state.candidates ? { ...state, candidates: only(state.candidates) } : { ...state, docs: only(state.docs) };
}
