import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy that delivers everything later, as a server far away does. */
export interface Distance {
  /** the URL, led through the proxy */
  through(url: string): string;
  stop(): Promise<void>;
}

/** Start a proxy on the loopback that delays each direction by so many milliseconds. */
export async function startDistance(url: string, delay: number): Promise<Distance> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const later = (from: Socket, to: Socket): void => {
    from.setNoDelay(true);
    from.on("error", () => {});
    from.on("data", (bytes) => void setTimeout(() => to.writable && to.write(bytes), delay));
    from.on("close", () => void setTimeout(() => to.end(), delay));
    sockets.add(from);
  };
  const listener = createServer((client) => {
    const server = connect({ host: hostname, port: Number(port) });
    later(client, server);
    later(server, client);
  });
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  return {
    through: (to) => {
      const led = new URL(to);
      led.host = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
      return led.toString();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => listener.close(() => done()));
    },
  };
}
