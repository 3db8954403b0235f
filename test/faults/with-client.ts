import pg from "pg";

/** A client that is not connected yet. That its server goes away under it is told by its queries alone. */
export function openClient(url: string): pg.Client {
  const client = new pg.Client({ connectionString: url, application_name: "faults" });
  client.on("error", () => {});
  return client;
}

/** Run something with a connection of its own, which is closed whatever happens. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = openClient(url);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}
