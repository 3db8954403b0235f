import { createHash } from "node:crypto";
import { basename } from "node:path";
import { approvalsOf } from "../apply/index.ts";
import { loadConfig, type Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import { checkLines, readEvidence, type Line, type Moment } from "../evidence/index.ts";
import { planPath, readStoredPlan } from "../plan/index.ts";
import { messageBody, messageOf, type Message } from "../report/announce/index.ts";
import { oneLine } from "../report/visible.ts";
import type { AnnounceFacts } from "./announce-facts.ts";
import { recordEvidence } from "./evidence.ts";
import { projectStatus, targetsOf, trustedLines } from "./status.ts";
import { NotSent, post, webhookOf, type Webhook, type WebhookFailure } from "./webhook.ts";

/** A message, and what became of it. */
export interface Announcement {
  moment: Moment;
  /** null: it is about no target */
  target: string | null;
  /** the same for the same message */
  id: string;
  message: Message;
  /** when it was sent, now or before; null: it was not */
  sent: { at: string; by: string | null; isNew: boolean } | null;
}

/** The options of announcing. */
export interface AnnounceOptions {
  moment: Moment;
  /** of `during` and `escalation`; default: the only target, or the last one on which it has happened */
  target?: string | undefined;
  config?: string | undefined;
  /** send it to the webhook of the target; one that was sent is not sent again */
  send?: boolean;
}

/**
 * Write a message from the evidence, and, with `send`, send it once: that it was sent is a line of evidence. Throws
 * ToolError: (usage) what it would say has not happened, there is no such target, or nowhere to send it to;
 * (environment) the webhook did not take it.
 */
export async function announce(
  projectDir: string,
  { moment, target: named, config: file, send = false }: AnnounceOptions,
): Promise<Announcement> {
  const config = (await loadConfig(projectDir, file))?.config ?? null;
  const facts = await announceFacts(projectDir, config, file);
  const target = targetFor(moment, facts, named);
  const id = idOf(moment, facts, target);
  const message = messageOf(moment, facts, target ?? "");
  const before = facts.lines.find(({ fact }) => fact.kind === "announcement" && fact.id === id);
  const made = { moment, target, id, message };
  if (before) return { ...made, sent: { at: before.at, by: before.by, isNew: false } };
  if (!send) return { ...made, sent: null };
  const webhook = webhookFor(config, target ?? named ?? null);
  await deliver(webhook, messageBody(message, webhook.form, id));
  const now = new Date();
  const fact = { kind: "announcement", moment, id } as const;
  const line = await recordEvidence(projectDir, { fact, ending: "passed", target }, now);
  return { ...made, sent: { at: now.toISOString(), by: line?.by ?? null, isNew: true } };
}

/**
 * Send an escalation to the webhook of a target whose gate has failed, once for the same criteria. Null: the target has no
 * webhook. Throws as `announce`.
 */
export async function escalate(projectDir: string, target: string, file?: string): Promise<Announcement | null> {
  const config = (await loadConfig(projectDir, file))?.config;
  if (config?.targets[target]?.notify === undefined) return null;
  return announce(projectDir, { moment: "escalation", target, config: file, send: true });
}

async function announceFacts(
  projectDir: string,
  config: Config | null,
  file: string | undefined,
): Promise<AnnounceFacts> {
  const plan = readStoredPlan(planPath(projectDir));
  const { read, conflicts } = readEvidence(projectDir);
  const approvals = approvalsOf(projectDir).filter(({ planHash }) => planHash === plan?.hash);
  return {
    project: basename(projectDir),
    status: await projectStatus(projectDir, { config: file }),
    plan,
    lines: trustedLines(read, checkLines(read, conflicts)),
    targets: targetsOf(config).map(({ name, requireApprovals }) => {
      const { after } = config?.targets[name] ?? {};
      return { name, requireApprovals, after: after ? { target: after.target, hours: after.hours } : null };
    }),
    approvers: new Set(approvals.map(({ email }) => email.toLowerCase())).size,
  };
}

/** Lines about the plan of the project on a target, newest last: its applies, rollbacks and gates. */
const linesOn = ({ lines, plan }: AnnounceFacts, target: string): Line[] =>
  lines.filter(({ subject }) => subject.target === target && subject.plan === plan?.hash);

/** By the newest apply or rollback. */
function isInForce(facts: AnnounceFacts, target: string): boolean {
  const line = linesOn(facts, target).findLast(({ fact }) => fact.kind === "apply" || fact.kind === "rollback");
  return line?.fact.kind === "apply" && line.ending === "passed";
}

/** The newest gate has failed, and the plan was not taken back since. */
function hasFailed(facts: AnnounceFacts, target: string): boolean {
  const line = linesOn(facts, target).findLast(({ fact }) => fact.kind === "gate" || fact.kind === "rollback");
  return line?.fact.kind === "gate" && line.fact.outcome === "failed";
}

/** The target that a message is about; null: none. Throws ToolError (usage) where what it would say has not happened. */
function targetFor(moment: Moment, facts: AnnounceFacts, named: string | undefined): string | null {
  const names = facts.targets.map(({ name }) => name);
  if (named !== undefined && !names.includes(named))
    throw new ToolError(
      "usage",
      "NO_SUCH_TARGET",
      `the config has no target \`${named}\``,
      `its targets: ${names.join(", ") || "none"}`,
    );
  if (facts.plan === null) throw nothing("there is no plan yet", "rlsmith plan");
  switch (moment) {
    case "before":
    case "post-mortem":
      return null;
    case "after": {
      const open = names.find((name) => !isInForce(facts, name));
      if (names.length === 0 || open !== undefined)
        throw nothing(
          open === undefined
            ? "the config names no target"
            : `the plan is not in force on \`${open}\`, by the evidence`,
          open === undefined ? "rlsmith init" : `rlsmith apply --target ${open}`,
        );
      return null;
    }
    case "during": {
      const target = named ?? names.findLast((name) => isInForce(facts, name));
      if (target === undefined || !isInForce(facts, target))
        throw nothing(
          `the plan is not in force ${target === undefined ? "on any target" : `on \`${target}\``}, by the evidence`,
          `rlsmith apply --target ${target ?? names[0] ?? "…"}`,
        );
      return target;
    }
    case "escalation": {
      const target = named ?? names.findLast((name) => hasFailed(facts, name));
      if (target === undefined || !hasFailed(facts, target))
        throw nothing(
          `no gate ${target === undefined ? "" : `of \`${target}\` `}has failed since the plan was applied, by the evidence`,
          `rlsmith gate --target ${target ?? names[0] ?? "…"}`,
        );
      return target;
    }
  }
}

const nothing = (what: string, command: string): ToolError =>
  new ToolError("usage", "NOTHING_TO_ANNOUNCE", what, `run it first: ${command}`);

/** What makes a message another one: the plan, its apply to the target, and what the gate has found. */
function idOf(moment: Moment, facts: AnnounceFacts, target: string | null): string {
  const on = target === null ? [] : linesOn(facts, target);
  const applied = on.findLast(({ fact }) => fact.kind === "apply")?.hash ?? null;
  const judged = on.findLast(({ fact }) => fact.kind === "gate")?.fact;
  const found =
    judged?.kind !== "gate"
      ? null
      : moment === "escalation"
        ? judged.criteria
            .filter(({ state, waivedBy }) => state === "failed" && waivedBy === null)
            .map(({ criterion }) => criterion)
        : judged.outcome;
  const key = JSON.stringify([moment, target, facts.plan?.hash ?? null, applied, found]);
  const digest = createHash("sha256").update(key).digest("hex").slice(0, 16);
  return [facts.plan?.hash.slice(0, 12) ?? "no plan", moment, ...(target === null ? [] : [target]), digest].join("/");
}

/** The webhook of a target, or, of a message about none, of the last target that has one. Throws ToolError (usage). */
function webhookFor(config: Config | null, target: string | null): Webhook {
  const targets = Object.entries(config?.targets ?? {});
  const found =
    target === null ? targets.findLast(([, { notify }]) => notify) : targets.find(([name]) => name === target);
  const webhook = found && webhookOf(...found);
  if (webhook) return webhook;
  throw new ToolError(
    "usage",
    "NO_WEBHOOK",
    target === null ? "no target of the config has a webhook" : `the target \`${target}\` has no webhook`,
    'name one: notify: { url: { env: "SLACK_WEBHOOK" }, form: "slack" }',
  );
}

async function deliver(webhook: Webhook, body: object): Promise<void> {
  try {
    await post(webhook, body);
  } catch (error) {
    if (!(error instanceof NotSent)) throw error;
    throw new ToolError(
      "environment",
      "NOT_SENT",
      `the message was not sent: ${failureWords(error.failure)}`,
      "check the URL of the webhook, and run the command again",
      { cause: error },
    );
  }
}

function failureWords(failure: WebhookFailure): string {
  switch (failure.why) {
    case "status":
      return `the webhook answered ${failure.status}`;
    case "no answer":
      return "the webhook did not answer in 10 s";
    case "unreachable":
      return oneLine(`the webhook cannot be reached${failure.code === null ? "" : ` (${failure.code})`}`);
  }
}
