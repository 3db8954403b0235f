import type { Fact, Line, Purpose } from "../evidence/index.ts";
import type { Present, PresentPlan, PresentTarget } from "./present.ts";
import type { Phase, Settled, StepId, StepName } from "./step.ts";

/** One step: what stands before it, the command that settles it, and how evidence settles it. */
export interface Rule {
  name: StepName;
  phase: Phase;
  id: StepId;
  needs: StepId[];
  command: string;
  isAttested: boolean;
  /** a person may say it, where no command has */
  mayBeAttested: boolean;
  settled(lines: readonly Line[], present: Present): Settled;
}

/** A line with a fact of one kind. */
type LineOf<Kind extends Fact["kind"]> = Line & { fact: Extract<Fact, { kind: Kind }> };

const isOf =
  <Kind extends Fact["kind"]>(kind: Kind) =>
  (line: Line): line is LineOf<Kind> =>
    line.fact.kind === kind;

const OPEN: Settled = { kind: "open" };

/** How the command ended. */
const byEnding = (line: Line | undefined): Settled =>
  line === undefined
    ? OPEN
    : line.ending === "passed"
      ? { kind: "done", line }
      : { kind: line.ending === "failed" ? "failed" : "cannot be told", line };

/** Evidence about a plan counts for that plan. */
function ofPlan(line: Line | undefined, plan: PresentPlan | null): Settled {
  const settled = byEnding(line);
  return line && line.subject.plan !== (plan?.hash ?? null)
    ? { kind: "stale", because: "another plan", line }
    : settled;
}

/** The newest line of a plan if there is one, else the newest of another, which is then stale. */
const newestOf = <One extends Line>(lines: readonly One[], plan: PresentPlan | null): One | undefined =>
  lines.findLast(({ subject }) => subject.plan === plan?.hash) ?? lines.at(-1);

const PREREQUISITES: Phase = { kind: "prerequisites" };
const CREATE: Phase = { kind: "create" };
const CLEAN_UP: Phase = { kind: "clean-up" };
const AFTERWARDS: Phase = { kind: "afterwards" };

const step = (phase: Phase, name: StepName, needs: StepId[], command: string, settled: Rule["settled"]): Rule => ({
  name,
  phase,
  id: phase.kind === "target" ? `${name}:${phase.target}` : name,
  needs,
  command,
  isAttested: false,
  mayBeAttested: false,
  settled,
});

/** A step that only people can settle. `isOfPlan`: what they say is about the plan. */
const attested = (phase: Phase, name: StepName, needs: StepId[], isOfPlan = false): Rule => ({
  ...step(phase, name, needs, `rlsmith attest ${name} --as "…" --note "…"`, (lines, { plan }) => {
    const said = lines.filter(isOf("attestation")).filter(({ fact }) => fact.step === name);
    return isOfPlan ? ofPlan(newestOf(said, plan), plan) : byEnding(said.at(-1));
  }),
  isAttested: true,
  mayBeAttested: true,
});

/** Steps of the playbook for the targets of a project, in the order in which they are shown. */
export function rulesFor(targets: readonly PresentTarget[]): Rule[] {
  const last = targets.at(-1);
  const applied: StepId = last ? `apply:${last.name}` : "apply";
  const passed: StepId = last ? `gate:${last.name}` : "gate";
  return [
    step(PREREQUISITES, "config", [], "rlsmith init", (_, { hasConfig }) =>
      hasConfig ? { kind: "done", line: null } : OPEN,
    ),
    step(PREREQUISITES, "claims-sync", [], "rlsmith claims", claims(false)),
    step(PREREQUISITES, "claims-filled", [], `rlsmith claims --target ${last?.name ?? "…"}`, claims(true)),
    attested(PREREQUISITES, "existing-tests", []),
    attested(PREREQUISITES, "stakeholders", []),
    attested(PREREQUISITES, "capacity", []),
    step(CREATE, "plan", ["config"], "rlsmith plan", planned),
    step(CREATE, "proof", ["plan"], "rlsmith plan", proved),
    step(CREATE, "rehearsal", ["plan"], "rlsmith rehearse", rehearsed),
    step(CREATE, "local-run", ["plan"], "rlsmith verify", verified(false)),
    attested(CREATE, "types", ["plan"], true),
    step(CREATE, "tests", ["plan"], "rlsmith verify --emit vitest", verified(true)),
    ...targets.flatMap((target, place) => rulesOf(target, targets[place - 1] ?? null)),
    ...(last ? [] : withoutTargets()),
    step(CLEAN_UP, "clean-up-sql", [passed], "rlsmith cleanup --sql", cleanedSql),
    step(
      CLEAN_UP,
      "clean-up-applied",
      ["clean-up-sql"],
      `rlsmith apply --plan .rlsmith/cleanup.json${last ? ` --target ${last.name}` : ""}`,
      (lines, { cleanup }) => inForce(lines, last, cleanup, "clean-up"),
    ),
    step(CLEAN_UP, "clean-up-code", [applied], "rlsmith cleanup --code --write", cleaned("code")),
    step(CLEAN_UP, "clean-up-tests", ["clean-up-code"], "rlsmith cleanup --tests --write", cleaned("tests")),
    step(CLEAN_UP, "clean-up-guards", [applied], "rlsmith cleanup --guards --write", cleaned("guards")),
    { ...step(CLEAN_UP, "documents", [applied], "rlsmith docs --check --stale", documented), mayBeAttested: true },
    attested(AFTERWARDS, "training", [passed]),
    attested(AFTERWARDS, "post-mortem", [passed]),
  ];
}

function rulesOf(target: PresentTarget, before: PresentTarget | null): Rule[] {
  const { name, requireApprovals } = target;
  const phase: Phase = { kind: "target", target: name };
  const start: StepId[] = before ? [`gate:${before.name}`] : ["proof", "rehearsal", "claims-sync", "claims-filled"];
  const approval: StepId[] = requireApprovals > 0 ? [`approval:${name}`] : [];
  return [
    ...(requireApprovals > 0 ? [step(phase, "approval", ["plan"], 'rlsmith approve --as "…"', approved(target))] : []),
    step(phase, "impact", ["plan"], `rlsmith impact --target ${name}`, (lines, { plan }) =>
      ofPlan(newestOf(on(lines, name).filter(isOf("impact")), plan), plan),
    ),
    step(
      phase,
      "apply",
      [...start, `impact:${name}`, ...approval],
      `rlsmith apply --target ${name}`,
      (lines, { plan }) => inForce(lines, target, plan, "policies"),
    ),
    step(phase, "watch", [`apply:${name}`], `rlsmith watch --target ${name}`, (lines, { plan }) =>
      watched(lines, name, plan),
    ),
    step(phase, "gate", [`watch:${name}`], `rlsmith gate --target ${name}`, (lines, { plan }) =>
      ofPlan(newestOf(on(lines, name).filter(isOf("gate")), plan), plan),
    ),
  ];
}

/** The steps of a target, where the config names none: it is to be named first. */
const withoutTargets = (): Rule[] =>
  (["apply", "watch", "gate"] as const)
    .map((name, place, all) =>
      step(
        { kind: "target", target: "" },
        name,
        place === 0 ? ["proof", "rehearsal"] : [all[place - 1] ?? name],
        'name the databases in rlsmith.config.ts: targets: { staging: { url: { env: "STAGING_URL" } } }',
        () => OPEN,
      ),
    )
    .map((rule) => ({ ...rule, id: rule.name }));

const on = (lines: readonly Line[], target: string): Line[] => lines.filter(({ subject }) => subject.target === target);

/** The findings of `rlsmith claims` about the claims of users; the others are about what keeps them in step. */
const OF_USERS: ReadonlySet<string> = new Set([
  "claims-missing",
  "claims-stale",
  "claims-orphaned",
  "claims-without-user",
  "claims-ambiguous",
  "claims-of-members-unknown",
]);

/** Findings about tokens that were made before: neither about the sync nor about who has claims; time settles them. */
const OF_TOKENS: ReadonlySet<string> = new Set(["age-of-tokens-unknown", "stale-tokens", "stale-tokens-unknown"]);

const claims =
  (ofUsers: boolean): Rule["settled"] =>
  (lines) => {
    // files have no users
    const line = lines.filter(isOf("claims")).findLast(({ fact }) => !ofUsers || fact.readFrom === "live");
    if (line === undefined) return OPEN;
    const codes = Object.keys(line.fact.findings).filter((code) => !OF_TOKENS.has(code));
    const isLeft = codes.some((code) => OF_USERS.has(code) === ofUsers);
    // no user was compared, so nothing was found out
    if (!isLeft && ofUsers && (line.fact.members ?? 0) === 0) return { kind: "cannot be told", line };
    return { kind: isLeft ? "failed" : "done", line };
  };

const ofPolicies = ({ fact }: LineOf<"plan"> | LineOf<"rehearsal">): boolean => fact.purpose === "policies";

/** A plan that is in force somewhere is no longer stale by later migrations. */
function planned(lines: readonly Line[], { plan, migrations }: Present): Settled {
  const line = newestOf(lines.filter(isOf("plan")).filter(ofPolicies), plan);
  if (plan === null || line === undefined) return OPEN;
  if (line.subject.plan !== plan.hash) return { kind: "stale", because: "another plan", line };
  const isInForce = lines.some(
    (one) => isOf("apply")(one) && one.ending === "passed" && one.subject.plan === plan.hash,
  );
  if (!isInForce && migrations !== null && line.subject.migrations !== migrations)
    return { kind: "stale", because: "other migrations", line };
  return plan.open > 0 ? { kind: "failed", line } : { kind: "done", line };
}

function proved(lines: readonly Line[], { plan }: Present): Settled {
  const line = newestOf(lines.filter(isOf("plan")).filter(ofPolicies), plan);
  return ofPlan(line, plan);
}

/** By `plan`, which rehearses too, or by `rehearse`: the newer of both. */
function rehearsed(lines: readonly Line[], { plan }: Present): Settled {
  const all = lines.filter(
    (line): line is LineOf<"plan"> | LineOf<"rehearsal"> =>
      (isOf("rehearsal")(line) && ofPolicies(line)) ||
      (isOf("plan")(line) && ofPolicies(line) && line.fact.rehearsal !== null),
  );
  return ofPlan(newestOf(all, plan), plan);
}

/** The attack on the migrations with the plan, or the tests that were written of it. */
const verified =
  (emitted: boolean): Rule["settled"] =>
  (lines, { plan }) =>
    ofPlan(
      newestOf(
        lines
          .filter(isOf("verify"))
          .filter(({ fact }) => fact.source === "migrations" && (fact.emitted !== null) === emitted),
        plan,
      ),
      plan,
    );

/** By `.rlsmith/approvals.json`, whose review decides who may approve. */
const approved =
  ({ requireApprovals }: PresentTarget): Rule["settled"] =>
  (lines, { plan, approvals }) => {
    const people = new Set(
      approvals.filter(({ planHash }) => planHash === plan?.hash).map(({ email }) => email.toLowerCase()),
    );
    const line = newestOf(lines.filter(isOf("approval")), plan);
    if (people.size >= requireApprovals && plan !== null)
      return { kind: "done", line: line?.subject.plan === plan.hash ? line : null };
    return line && line.subject.plan !== plan?.hash ? { kind: "stale", because: "another plan", line } : OPEN;
  };

/** What was last done on a target by a plan. What the target itself says counts more than a line. */
function inForce(
  lines: readonly Line[],
  target: PresentTarget | undefined,
  plan: PresentPlan | null,
  purpose: Purpose,
): Settled {
  if (target === undefined) return OPEN;
  const there = on(lines, target.name).filter(
    (line): line is LineOf<"apply"> | LineOf<"rollback"> =>
      (isOf("apply")(line) && line.fact.purpose === purpose) ||
      (isOf("rollback")(line) && line.subject.plan === plan?.hash),
  );
  const line = newestOf(there, plan);
  if (line === undefined)
    return target.live?.inForce === true && purpose === "policies" ? { kind: "done", line: null } : OPEN;
  if (line.subject.plan !== plan?.hash) return { kind: "stale", because: "another plan", line };
  if (isOf("rollback")(line)) return { kind: "stale", because: "taken back", line };
  if (line.ending === "passed" && purpose === "policies" && target.live) {
    if (!target.live.inForce) return { kind: "stale", because: "taken back", line };
    if (!target.live.isAsApplied) return { kind: "stale", because: "the target has changed", line };
  }
  return byEnding(line);
}

/** The time that the gate wants has been watched. */
function watched(lines: readonly Line[], target: string, plan: PresentPlan | null): Settled {
  const line = newestOf(on(lines, target).filter(isOf("gate")), plan);
  const settled = ofPlan(line, plan);
  if (line === undefined || settled.kind === "stale") return settled;
  const time = line.fact.criteria.find(({ criterion }) => criterion === "time");
  const isOver = time?.state === "passed" || (time?.waivedBy ?? null) !== null;
  return isOver ? { kind: "done", line } : OPEN;
}

function cleanedSql(lines: readonly Line[], { cleanup }: Present): Settled {
  const line = newestOf(
    lines.filter(isOf("plan")).filter(({ fact }) => fact.purpose === "clean-up"),
    cleanup,
  );
  return cleanup === null && line?.subject.plan === null ? byEnding(line) : ofPlan(line, cleanup);
}

/** By the check of generated parts and of mentions where there was one; otherwise by what a person says. */
function documented(lines: readonly Line[], { plan }: Present): Settled {
  const checked = newestOf(lines.filter(isOf("documents")), plan);
  if (checked) return ofPlan(checked, plan);
  return byEnding(lines.filter(isOf("attestation")).findLast(({ fact }) => fact.step === "documents"));
}

/** The last run of a part left nothing to a person. */
const cleaned =
  (part: "code" | "tests" | "guards"): Rule["settled"] =>
  (lines, { plan }) => {
    const runs = lines.filter(isOf("cleanup")).filter(({ fact }) => fact.part === part);
    return ofPlan(newestOf(runs, plan), plan);
  };
