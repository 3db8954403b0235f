import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP server on loopback that keeps the messages which it has accepted. */
export interface Receiver {
  url: string;
  /** bodies of the requests that were answered 200 */
  accepted: Record<string, unknown>[];
  /** bodies of the others */
  refused: Record<string, unknown>[];
  /** the status of its answers; it may be changed. 0: none, the connection is cut */
  status: number;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      const { status } = receiver;
      (status === 200 ? receiver.accepted : receiver.refused).push(JSON.parse(text));
      if (status === 0) return void request.socket.destroy();
      response.writeHead(status, { location: "/elsewhere" }).end("ok");
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/secret-part`,
    accepted: [],
    refused: [],
    status: 200,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return receiver;
}
