import { getPool } from "@/lib/db/pool";
import { withTransaction } from "@/lib/db/transaction";

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The lobby displays have no login: this route is their proxy. It shows the open tables of one casino. */
export async function GET(_request: Request, route: { params: Promise<{ casino: string }> }): Promise<Response> {
  const { casino } = await route.params;
  if (!UUID.test(casino)) return Response.json({ error: "no such casino" }, { status: 404 });

  const tables = await withTransaction(getPool(), async (client) => {
    await client.query("set local role anon");
    await client.query("select set_config('app.casino_id', $1, true)", [casino]);
    const { rows } = await client.query<{ label: string; game: string }>(
      "select label, game from gaming_table order by label",
    );
    return rows;
  });
  return Response.json({ tables });
}
