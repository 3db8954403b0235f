import { verifyAccessToken } from "@/lib/auth/access-token";
import type { SqlClient, SqlPool } from "./sql";
import { withTransaction } from "./transaction";

/** Run something as the user of an access token, with the claims of the token, as PostgREST does. */
export async function withUserTransaction<Result>(
  pool: SqlPool,
  accessToken: string,
  work: (client: SqlClient) => Promise<Result>,
): Promise<Result> {
  const claims = verifyAccessToken(accessToken);
  return withTransaction(pool, async (client) => {
    await client.query("select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)", [
      JSON.stringify(claims),
    ]);
    return work(client);
  });
}
