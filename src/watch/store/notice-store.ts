import type { Notice, Telling, Told } from "../notice.ts";

/** The place where it is kept what was told of a target and plan, beside its samples. */
export interface NoticeStore {
  /**
   * Keep what a sample gives to tell, which `of` makes from the states that were told last. Nothing is kept if a newer
   * sample has told its own, and of two watchers one comes after the other.
   */
  add(sample: number, of: (told: Told) => Telling[]): Promise<void>;
  /**
   * Send each message that was not sent, oldest first, and return how many were. Of two watchers one sends. A message is
   * noted as sent after `send` has returned: it is sent again, with its id, if the run is killed in between. Throws what
   * `send` throws; that message and those after it are kept for the next time.
   */
  deliver(send: (notice: Notice) => Promise<void>): Promise<number>;
}
