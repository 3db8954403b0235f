import { randomUUID } from "node:crypto";

const NAME = "rlsmith_heartbeat_";
const MARK = new RegExp(`^/rest/v1/${NAME}([0-9a-f]{32})$`);

/** Milliseconds. */
const PATIENCE = 5000;

/**
 * Send a request of rlsmith's own through the API gateway, without a key, so that it is refused (401), and return the id
 * by which its row is known in edge_logs; null: it was not answered so. It reaches no table: PostgREST would know no
 * relation of that name. `rest`: the origin of the project's API.
 */
export async function sendGatewayHeartbeat(rest: string): Promise<string | null> {
  const id = randomUUID().replaceAll("-", "");
  try {
    const response = await fetch(new URL(`/rest/v1/${NAME}${id}`, rest), {
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    await response.body?.cancel();
    return response.status === 401 || response.status === 403 ? id : null;
  } catch {
    // it did not answer, which the sample says
    return null;
  }
}

/** The id of the heartbeat that a request to this path is; null: it is none. */
export const gatewayHeartbeatOf = (path: string): string | null => MARK.exec(path)?.[1] ?? null;
