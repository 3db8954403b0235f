import { getPool } from "@/lib/db/pool";
import { withUserTransaction } from "@/lib/db/user-transaction";

interface Line {
  occurred_at: string;
  player: string | null;
  direction: string;
  amount_cents: string;
  area: string;
}

const cell = (value: string | null): string =>
  value === null ? "" : /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

/** The MTL entries of a gaming day as CSV, for the compliance officer. PostgREST has no streaming, so it is SQL. */
export async function GET(request: Request): Promise<Response> {
  const token = request.headers.get("authorization")?.replace(/^Bearer /, "");
  const day = new URL(request.url).searchParams.get("day");
  if (token === undefined) return new Response("sign in", { status: 401 });
  if (day === null) return new Response("day is missing", { status: 400 });

  const lines = await withUserTransaction(getPool(), token, async (client) => {
    const { rows } = await client.query<Line>(
      `select to_char(e.occurred_at, 'YYYY-MM-DD HH24:MI') as occurred_at, p.full_name as player,
              e.direction, e.amount_cents::text, e.area
       from mtl_entry e left join player p on p.id = e.player_id
       where e.gaming_day = $1
       order by e.occurred_at, e.id`,
      [day],
    );
    return rows;
  });
  const csv = [
    "occurred_at,player,direction,amount_cents,area",
    ...lines.map((line) =>
      [line.occurred_at, line.player, line.direction, line.amount_cents, line.area].map(cell).join(","),
    ),
  ].join("\n");
  return new Response(csv, { headers: { "content-type": "text/csv; charset=utf-8" } });
}
