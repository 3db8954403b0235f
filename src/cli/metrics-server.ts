import { createServer } from "node:http";
import { ToolError, messageOf } from "../errors.ts";
import { METRICS_TYPE } from "../report/watch-metrics.ts";

/** A server of metrics that runs. */
export interface MetricsServer {
  close(): void;
}

/**
 * Serve `GET /metrics` on a port of the loopback interface, to programs of this machine alone. `text` is asked for each
 * answer; null: there is nothing yet. Throws ToolError (environment) if the port cannot be used.
 */
export async function serveMetrics(port: number, text: () => Promise<string> | null): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const metrics = request.method === "GET" && request.url?.split("?")[0] === "/metrics" ? text() : undefined;
    if (metrics === undefined) return void response.writeHead(404).end();
    if (metrics === null) return void response.writeHead(503).end();
    metrics.then(
      (body) => response.writeHead(200, { "content-type": METRICS_TYPE }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((done, fail) => {
    server.once("error", (error) =>
      fail(
        new ToolError(
          "environment",
          "PORT_NOT_USABLE",
          `the metrics cannot be served on port ${port} of 127.0.0.1: ${messageOf(error)}`,
          "choose another port with --metrics",
          { cause: error },
        ),
      ),
    );
    server.listen(port, "127.0.0.1", done);
  });
  // it ends with the watch
  server.unref();
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
