import { pgErrorOf } from "../db/port.ts";
import { noticeBody } from "../report/notice.ts";
import { tellingsOf, type Gate, type NoticeStore, type Sample } from "../watch/index.ts";
import { isPassing } from "./passing-error.ts";
import { NotSent, post, type Notified, type Webhook } from "./webhook.ts";

/**
 * Send a message for each criterion that has changed its state, and what could not be sent before. A failure is no error,
 * so that it ends no watch. Throws ToolError (environment) if what was kept of them cannot be trusted.
 */
export async function notify(
  webhook: Webhook,
  store: NoticeStore,
  { gate, sample, kept }: { gate: Gate; sample: Sample; kept: boolean },
): Promise<Notified> {
  let sent = 0;
  try {
    // the watcher whose sample was kept tells of it
    if (kept) await store.add(sample.number, (told) => tellingsOf(gate, sample, told));
    await store.deliver(async (notice) => {
      await post(webhook, noticeBody(notice, webhook.form));
      sent += 1;
    });
    return { sent, failed: null };
  } catch (error) {
    if (error instanceof NotSent) return { sent, failed: error.failure };
    // it is told at the next sample: its state is still another than the one that was told
    if (isPassing(error) || pgErrorOf(error)) return { sent, failed: { why: "not kept" } };
    throw error;
  }
}
