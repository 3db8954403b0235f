import { describe, expect, test } from "vitest";
import { lineAfter, type Ending, type Fact, type Line } from "../../src/evidence/index.ts";
import { nextStep, statusOf, type Present, type PresentTarget, type Step } from "../../src/playbook/index.ts";
import { GATE_CRITERIA, type CriterionName } from "../../src/gate-criteria.ts";

// What each state has to be is reasoned out from the playbook: evidence counts for the plan that it names, and a step
// waits for those before it.

const PLAN = "a".repeat(64);
const OTHER = "b".repeat(64);
const CLEAN = "c".repeat(64);

const STAGING: PresentTarget = { name: "staging", requireApprovals: 0, live: null };
const PRODUCTION: PresentTarget = { name: "production", requireApprovals: 1, live: null };

const PRESENT: Present = {
  hasConfig: true,
  plan: { hash: PLAN, open: 0 },
  cleanup: { hash: CLEAN, open: 0 },
  migrations: "m1",
  approvals: [{ planHash: PLAN, email: "ada@example.org" }],
  targets: [STAGING, PRODUCTION],
};

interface Said {
  fact: Fact;
  ending?: Ending;
  plan?: string | null;
  target?: string | null;
  migrations?: string | null;
}

/** A chain of lines, a minute apart. */
function evidence(all: readonly Said[]): Line[] {
  const lines: Line[] = [];
  for (const { fact, ending = "passed", plan = PLAN, target = null, migrations = null } of all)
    lines.push(
      lineAfter(lines, {
        at: new Date(Date.UTC(2026, 0, 1, 0, lines.length)).toISOString(),
        serverAt: null,
        by: "Ada <ada@example.org>",
        rlsmith: "0.1.0",
        subject: { plan, migrations, target },
        ending,
        fact,
      }),
    );
  return lines;
}

const attested = (step: string, waived = false): Said => ({
  fact: { kind: "attestation", step, as: "DBA", note: "seen", waived },
});
const claims = (findings: Record<string, number> = {}): Said => ({
  fact: { kind: "claims", readFrom: "live", members: 3, findings },
  ending: Object.keys(findings).length > 0 ? "failed" : "passed",
  target: "production",
});
const planned: Said = {
  fact: {
    kind: "plan",
    purpose: "policies",
    policies: { rewritten: 2 },
    verdicts: { equivalent: 8 },
    accepted: 0,
    rehearsal: { statements: 40, unannounced: 0 },
  },
  migrations: "m1",
};
const verified = (emitted: string | null): Said => ({
  fact: { kind: "verify", source: "migrations", statements: 9, breaches: 0, notSettled: 0, emitted },
});
const impact = (target: string): Said => ({ fact: { kind: "impact", users: 3, changed: 0, untold: 0 }, target });
const applied = (target: string, purpose: "policies" | "clean-up" = "policies"): Said => ({
  fact: { kind: "apply", purpose, outcome: "applied", relations: 2, code: null },
  target,
  plan: purpose === "policies" ? PLAN : CLEAN,
});
const gate = (target: string, failing: readonly CriterionName[] = [], short: readonly CriterionName[] = []): Said => ({
  fact: {
    kind: "gate",
    outcome: failing.length > 0 ? "failed" : short.length > 0 ? "inconclusive" : "passed",
    criteria: GATE_CRITERIA.map((criterion) => ({
      criterion,
      state: failing.includes(criterion) ? "failed" : short.includes(criterion) ? "not enough yet" : "passed",
      waivedBy: null,
    })),
    samples: { before: 1, after: 9 },
  },
  ending: failing.length > 0 ? "failed" : short.length > 0 ? "cannot be told" : "passed",
  target,
});
const cleanedSql: Said = {
  fact: { kind: "plan", purpose: "clean-up", policies: {}, verdicts: {}, accepted: 0, rehearsal: null },
  plan: CLEAN,
};
const cleaned = (part: "code" | "tests" | "guards", left = 0): Said => ({
  fact: { kind: "cleanup", part, files: 2, left },
  ending: left > 0 ? "cannot be told" : "passed",
});

const WHOLE: readonly Said[] = [
  ...["existing-tests", "stakeholders", "capacity"].map((step) => attested(step)),
  claims(),
  planned,
  verified(null),
  verified("test/isolation.test.ts"),
  attested("types"),
  impact("staging"),
  applied("staging"),
  gate("staging"),
  { fact: { kind: "approval", as: "Security Lead" } },
  impact("production"),
  applied("production"),
  gate("production"),
  cleanedSql,
  applied("production", "clean-up"),
  cleaned("code"),
  cleaned("tests"),
  cleaned("guards"),
  ...["documents", "training", "post-mortem"].map((step) => attested(step)),
];

const states = (steps: readonly Step[]): Record<string, string> =>
  Object.fromEntries(steps.map(({ id, state }) => [id, state.kind]));

const after = (
  said: readonly Said[],
  present: Partial<Present> = {},
): { of: Record<string, string>; next: string | null } => {
  const steps = statusOf(evidence(said), { ...PRESENT, ...present });
  return { of: states(steps), next: nextStep(steps)?.command ?? null };
};

describe("the playbook", () => {
  test("is complete with evidence for every step", () => {
    const { of, next } = after(WHOLE);
    expect(new Set(Object.values(of))).toEqual(new Set(["done"]));
    expect(next).toBeNull();
  });

  test("of an empty folder begins with the config", () => {
    const { of, next } = after([], { hasConfig: false, plan: null, cleanup: null, approvals: [], targets: [] });
    expect(of).toMatchObject({ config: "next", plan: "blocked", apply: "blocked", "clean-up-sql": "blocked" });
    expect(next).toBe("rlsmith init");
  });

  test("each line settles its own step: without any one of them, that step is not done", () => {
    const missing = WHOLE.map((_, place) => {
      const { of } = after(WHOLE.filter((_one, other) => other !== place));
      return Object.entries(of).filter(([, state]) => state !== "done").length;
    });
    // an approval is in the file of approvals, which the line repeats
    const approval = WHOLE.findIndex(({ fact }) => fact.kind === "approval");
    expect(missing.map((count, place) => count > 0 || place === approval)).toEqual(WHOLE.map(() => true));
  });

  test("half way, a year ago: what is done stays done, and the next command goes on from there", () => {
    const half = WHOLE.slice(
      0,
      WHOLE.findIndex(({ fact }) => fact.kind === "approval"),
    );
    const { of, next } = after(half, { approvals: [] });
    expect(of).toMatchObject({ "gate:staging": "done", "approval:production": "next", "apply:production": "blocked" });
    expect(next).toBe('rlsmith approve --as "…"');
  });
});

describe("a fault at a step shows there, with the command that mends it", () => {
  const instead = (kind: Fact["kind"], target: string | null, ...said: Said[]): Said[] => {
    const place = WHOLE.findIndex((one) => one.fact.kind === kind && (one.target ?? null) === target);
    return [...WHOLE.slice(0, place), ...said, ...WHOLE.slice(place + 1)];
  };

  test.each<[string, Said[], Partial<Present>, string, string, string | null]>([
    [
      "the trigger does not copy a claim",
      instead("claims", "production", claims({ "claim-not-synced": 1 })),
      {},
      "claims-sync",
      "failed",
      "rlsmith claims",
    ],
    [
      "a member has no claims",
      instead("claims", "production", claims({ "claims-missing": 4 })),
      {},
      "claims-filled",
      "failed",
      "rlsmith claims --target production",
    ],
    ["the plan has an open decision", [...WHOLE], { plan: { hash: PLAN, open: 1 } }, "plan", "failed", "rlsmith plan"],
    ["the plan was made anew", [...WHOLE], { plan: { hash: OTHER, open: 0 } }, "plan", "stale", "rlsmith plan"],
    [
      "approvals of another plan",
      [...WHOLE],
      { approvals: [] },
      "approval:production",
      "next",
      'rlsmith approve --as "…"',
    ],
    [
      "the proof has not passed",
      instead("plan", null, { ...planned, ending: "cannot be told" }),
      {},
      "proof",
      "failed",
      null,
    ],
    [
      "a rehearsal fails later",
      [
        ...WHOLE,
        { fact: { kind: "rehearsal", purpose: "policies", statements: 40, unannounced: 2 }, ending: "failed" },
      ],
      {},
      "rehearsal",
      "failed",
      "rlsmith rehearse",
    ],
    [
      "the attack finds a breach",
      [
        ...WHOLE,
        {
          fact: { kind: "verify", source: "migrations", statements: 9, breaches: 1, notSettled: 0, emitted: null },
          ending: "failed",
        },
      ],
      {},
      "local-run",
      "failed",
      "rlsmith verify",
    ],
    [
      "users lose rows",
      instead("impact", "staging", { ...impact("staging"), ending: "failed" }),
      {},
      "impact:staging",
      "failed",
      "rlsmith impact --target staging",
    ],
    [
      "apply failed",
      instead("apply", "staging", {
        fact: { kind: "apply", purpose: "policies", outcome: "failed", relations: 2, code: "LOCK_NOT_HAD" },
        ending: "failed",
        target: "staging",
      }),
      {},
      "apply:staging",
      "failed",
      "rlsmith apply --target staging",
    ],
    [
      "it was taken back",
      [...WHOLE, { fact: { kind: "rollback", outcome: "taken back", entries: 1 }, target: "production" }],
      {},
      "apply:production",
      "stale",
      "rlsmith apply --target production",
    ],
    [
      "the gate fails",
      instead("gate", "staging", gate("staging", ["denials"])),
      {},
      "gate:staging",
      "failed",
      "rlsmith gate --target staging",
    ],
    [
      "it was not watched for long enough",
      instead("gate", "production", gate("production", [], ["time"])),
      {},
      "watch:production",
      "next",
      null,
    ],
    [
      "the gate cannot be told",
      instead("gate", "production", gate("production", [], ["coverage"])),
      {},
      "gate:production",
      "failed",
      "rlsmith gate --target production",
    ],
    [
      "the target has changed",
      [...WHOLE],
      {
        targets: [STAGING, { ...PRODUCTION, live: { inForce: true, isAsApplied: false } }],
      },
      "apply:production",
      "stale",
      "rlsmith apply --target production",
    ],
    [
      "the target does not know the plan",
      [...WHOLE],
      {
        targets: [{ ...STAGING, live: { inForce: false, isAsApplied: true } }, PRODUCTION],
      },
      "apply:staging",
      "stale",
      "rlsmith apply --target staging",
    ],
    [
      "places in code are left to a person",
      [...WHOLE, cleaned("code", 3)],
      {},
      "clean-up-code",
      "failed",
      "rlsmith cleanup --code --write",
    ],
    [
      "tests are left",
      [...WHOLE, cleaned("tests", 1)],
      {},
      "clean-up-tests",
      "failed",
      "rlsmith cleanup --tests --write",
    ],
    [
      "a guard is left",
      [...WHOLE, cleaned("guards", 1)],
      {},
      "clean-up-guards",
      "failed",
      "rlsmith cleanup --guards --write",
    ],
    [
      "the clean-up of SQL was planned anew",
      [...WHOLE],
      { cleanup: { hash: OTHER, open: 0 } },
      "clean-up-sql",
      "stale",
      "rlsmith cleanup --sql",
    ],
    ["nobody has said that the team is trained", instead("attestation", null), {}, "existing-tests", "next", null],
  ])("%s", (_, said, present, step, state, command) => {
    const { of, next } = after(said, present);
    expect(of[step]).toBe(state);
    // null: a fault of an earlier step, or a step that only people settle, comes first
    expect(command === null || next === command).toBe(true);
  });

  test("migrations that changed before the plan is in force make it stale, and those after it do not", () => {
    const before = WHOLE.slice(0, WHOLE.indexOf(planned) + 1);
    expect(after(before, { migrations: "m2" }).of["plan"]).toBe("stale");
    expect(after(WHOLE, { migrations: "m2" }).of["plan"]).toBe("done");
  });

  test("a plan that is taken back says nothing of the other one", () => {
    const back = (plan: string): Said => ({
      fact: { kind: "rollback", outcome: "taken back", entries: 1 },
      target: "production",
      plan,
    });
    const cleanUp = after([...WHOLE, back(CLEAN)]).of;
    expect([cleanUp["clean-up-applied"], cleanUp["apply:production"]]).toEqual(["stale", "done"]);
    const policies = after([...WHOLE, back(PLAN)]).of;
    expect([policies["clean-up-applied"], policies["apply:production"]]).toEqual(["done", "stale"]);
  });

  test("claims of nobody are not filled, and a clean-up of another plan is none of this one", () => {
    const nobody: Said = { ...claims(), fact: { kind: "claims", readFrom: "live", members: 0, findings: {} } };
    expect(after(instead("claims", "production", nobody)).of).toMatchObject({
      "claims-sync": "done",
      "claims-filled": "failed",
    });
    const other = WHOLE.map((one) => (one.fact.kind === "cleanup" ? { ...one, plan: OTHER } : one));
    expect(after(other).of["clean-up-code"]).toBe("stale");
  });

  test("what was settled again after a fault is done", () => {
    const { of } = after([...WHOLE, gate("production", ["denials"]), gate("production")]);
    expect(of["gate:production"]).toBe("done");
  });
});

describe("documents", () => {
  const checked = (mentions: number, plan = PLAN): Said => ({
    fact: { kind: "documents", parts: 4, outOfDate: 0, mentions, words: mentions * 9 },
    ending: mentions === 0 ? "passed" : "failed",
    plan,
  });
  const without = WHOLE.filter(({ fact }) => !(fact.kind === "attestation" && fact.step === "documents"));
  const documents = (said: readonly Said[]): Step | undefined =>
    statusOf(evidence(said), PRESENT).find(({ id }) => id === "documents");

  test("are settled by the check of generated parts and mentions, without a word of a person", () => {
    expect(documents(without)).toMatchObject({ state: { kind: "next" }, command: "rlsmith docs --check --stale" });
    const line = evidence([...without, checked(0)]).at(-1);
    expect(documents([...without, checked(0)])).toMatchObject({
      state: { kind: "done" },
      evidence: { hash: line?.hash, note: null },
    });
  });

  test("are not settled by a person where the check has found something, but by a waiver", () => {
    expect(documents([...WHOLE, checked(3)])?.state.kind).toBe("failed");
    expect(documents([...without, checked(3), attested("documents")])?.state.kind).toBe("failed");
    expect(documents([...without, checked(3), attested("documents", true)])?.state.kind).toBe("waived");
    expect(documents([...without, checked(3), checked(0)])?.state.kind).toBe("done");
  });

  test("a check for another plan is none for this one", () => {
    expect(documents([...without, checked(0, OTHER)])?.state).toEqual({ kind: "stale", because: "another plan" });
  });
});

describe("a waiver", () => {
  const without = WHOLE.filter(({ fact }) => fact.kind !== "impact");
  test("stands for a step that is not done, for its plan alone", () => {
    const waived = [...without, attested("impact:staging", true), attested("impact:production", true)];
    expect(after(waived).of).toMatchObject({ "impact:staging": "waived", "apply:production": "done" });
    const other = { plan: { hash: OTHER, open: 0 } };
    // the new plan has no evidence yet, for which it waits
    expect(after(waived, other).of["impact:staging"]).toBe("blocked");
  });

  test("an attestation that is no waiver does not settle the step of a command", () => {
    expect(after([...without, attested("impact:staging")]).of["impact:staging"]).toBe("next");
  });
});

test("the same evidence and project give the same answer", () => {
  expect(after(WHOLE)).toEqual(after(WHOLE));
});
