/**
 * The values of work that was begun without waiting for answers: a connection that sends each statement at once
 * (`pipeline` of ServerOptions) needs one round trip for it, and any other answers in the same order. Throws the first
 * error in that order, once everything has ended: what comes after it in a transaction has failed because of it.
 */
export async function sentTogether<Values extends readonly unknown[]>(work: {
  readonly [Key in keyof Values]: Promise<Values[Key]>;
}): Promise<Values> {
  const results = await Promise.allSettled(work);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  }) as unknown as Values;
}
