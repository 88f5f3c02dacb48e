// A fake gateway under the test's control: a log of events over WebSocket and SSE; closes, refusals and pings on demand.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { WebSocketServer, type WebSocket } from "ws";

import type { GraphQLFailure, TokenSource } from "../src/index.ts";
import { sseTransport, type SseTransport } from "../src/sse.ts";
import { webSocketTransport, type WebSocketTransport, type WebSocketTransportOptions } from "../src/graphql-ws.ts";
import { WebSocket as NodeWebSocket } from "ws";

export const WATCH = `subscription Watch($after: String) { orderEvents(after: $after) { id cursor number } }`;

export interface OrderEvent {
  __typename?: "OrderEvent";
  id: string;
  cursor: string;
  number: number;
}

export interface WatchData {
  orderEvents: OrderEvent;
}

/** An operation that a client sent. */
export interface Asked {
  transport: "WebSocket" | "SSE";
  after: string | null;
  lastEventId: string | undefined;
  token: string | undefined;
}

interface Reader {
  id: string;
  next(event: OrderEvent, replayed: boolean): void;
}

export class FakeGateway {
  readonly log: OrderEvent[] = [];
  readonly asked: Asked[] = [];
  /** The next operations are refused with these. */
  readonly refusals: GraphQLFailure[][] = [];
  /** The next connections are closed with these instead of being acknowledged. */
  readonly closes: [code: number, reason: string][] = [];
  /** The next event streams are answered with these statuses. */
  readonly statuses: number[] = [];
  /** Accepted tokens; undefined: all are accepted. */
  tokens: Set<string> | undefined;
  /** Pings are not answered. */
  mute = false;
  /** Number of events before the cursor that are sent again on a resume. */
  rewind = 0;
  readonly #readers = new Set<Reader>();
  readonly #sockets = new Set<WebSocket>();
  readonly #streams = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => void this.#http(request, response));
  readonly #webSockets = new WebSocketServer({ server: this.#server, handleProtocols: () => "graphql-transport-ws" });

  static async start(): Promise<FakeGateway> {
    const gateway = new FakeGateway();
    gateway.#webSockets.on("connection", (socket) => gateway.#socket(socket));
    await new Promise<void>((resolve) => gateway.#server.listen(0, "127.0.0.1", resolve));
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/graphql`;
  }

  webSocket(token?: TokenSource, more: Partial<WebSocketTransportOptions> = {}): WebSocketTransport {
    return webSocketTransport({ url: this.url, webSocketImpl: NodeWebSocket, ...(token ? { token } : {}), ...more });
  }

  sse(token?: TokenSource, silenceMs?: number): SseTransport {
    return sseTransport({
      url: this.url,
      ...(token ? { token } : {}),
      ...(silenceMs === undefined ? {} : { silenceMs }),
    });
  }

  append(count = 1): void {
    for (let made = 0; made < count; made += 1) {
      const number = this.log.length + 1;
      const event: OrderEvent = { __typename: "OrderEvent", id: `event_${number}`, cursor: `c${number}`, number };
      this.log.push(event);
      for (const reader of this.#readers) reader.next(event, false);
    }
  }

  get open(): number {
    return this.#readers.size;
  }

  /** Sends a position without an event to every operation. */
  checkpoint(cursor: string): void {
    for (const reader of this.#readers) {
      const ping = { type: "ping", payload: { cursors: { [reader.id]: cursor } } };
      for (const socket of this.#sockets) socket.send(JSON.stringify(ping));
    }
    for (const stream of this.#streams) stream.write(`id: ${cursor}\n\n`);
  }

  /** Ends every connection; without a code as a broken network does: no close frame. */
  cut(code?: number, reason = ""): void {
    this.#readers.clear();
    for (const socket of this.#sockets) code === undefined ? socket.terminate() : socket.close(code, reason);
    for (const stream of this.#streams) stream.destroy();
  }

  /** Completes every operation. */
  complete(): void {
    for (const socket of this.#sockets) {
      for (const reader of this.#readers) socket.send(JSON.stringify({ id: reader.id, type: "complete" }));
    }
    for (const stream of this.#streams) stream.end("id: end\n\nevent: complete\ndata:\n\n");
    this.#readers.clear();
  }

  async stop(): Promise<void> {
    this.cut();
    this.#webSockets.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #read(reader: Reader, after: string | null): void {
    const from = after === null ? this.log.length : Number(after.slice(1));
    for (const event of this.log.slice(Math.max(0, from - this.rewind))) reader.next(event, true);
    this.#readers.add(reader);
  }

  #socket(socket: WebSocket): void {
    let token: string | undefined;
    this.#sockets.add(socket);
    const own = new Map<string, Reader>();
    const send = (message: object): void => socket.send(JSON.stringify(message));
    socket.on("close", () => {
      this.#sockets.delete(socket);
      for (const reader of own.values()) this.#readers.delete(reader);
    });
    socket.on("message", (text) => {
      const message = JSON.parse(String(text)) as { type: string; id: string; payload: Record<string, any> };
      if (message.type === "connection_init") {
        token = bearer(message.payload?.["authorization"]);
        const close = this.closes.shift();
        if (close) return socket.close(...close);
        if (!this.#accepts(token)) return socket.close(4403, "Forbidden: UNAUTHENTICATED");
        return send({ type: "connection_ack" });
      }
      if (message.type === "ping" && !this.mute) return send({ type: "pong" });
      if (message.type === "complete") {
        const reader = own.get(message.id);
        if (reader) this.#readers.delete(reader);
        return;
      }
      if (message.type !== "subscribe") return;
      const { id, payload } = message;
      const after = (payload["variables"]?.["after"] ?? null) as string | null;
      this.asked.push({ transport: "WebSocket", after, lastEventId: undefined, token });
      const refusal = this.refusals.shift();
      if (refusal) return send({ id, type: "error", payload: refusal });
      const reader: Reader = {
        id,
        next: (event, replayed) => send({ id, type: "next", payload: result(event, replayed) }),
      };
      own.set(id, reader);
      this.#read(reader, after);
    });
  }

  async #http(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const search = new URL(request.url ?? "/", this.url).searchParams;
    const body = text ? JSON.parse(text) : { variables: JSON.parse(search.get("variables") ?? "{}") };
    const token = bearer(request.headers.authorization) ?? search.get("ticket") ?? undefined;
    const header = request.headers["last-event-id"];
    const lastEventId = Array.isArray(header) ? header[0] : header;
    this.asked.push({ transport: "SSE", after: body.variables?.after ?? null, lastEventId, token });
    const status = this.statuses.shift() ?? (lastEventId === "end" ? 204 : undefined);
    if (status !== undefined) return void response.writeHead(status).end();
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    response.write(":\n\nretry: 10\n\n");
    const refusal = this.#accepts(token)
      ? this.refusals.shift()
      : [{ message: "the access token has expired", extensions: { code: "UNAUTHENTICATED" } }];
    if (refusal) {
      response.end(`event: next\ndata: ${JSON.stringify({ errors: refusal })}\n\nevent: complete\ndata:\n\n`);
      return;
    }
    const after: string | null = lastEventId ?? body.variables?.after ?? null;
    response.write(`id: ${after ?? `c${this.log.length}`}\n\n`);
    const reader: Reader = {
      id: "",
      next: (event, replayed) =>
        response.write(`event: next\nid: ${event.cursor}\ndata: ${JSON.stringify(result(event, replayed))}\n\n`),
    };
    this.#streams.add(response);
    response.on("close", () => {
      this.#streams.delete(response);
      this.#readers.delete(reader);
    });
    this.#read(reader, after);
  }

  #accepts(token: string | undefined): boolean {
    return this.tokens === undefined || (token !== undefined && this.tokens.has(token));
  }
}

const result = (event: OrderEvent, replayed: boolean): object => ({
  data: { orderEvents: event },
  extensions: { cursor: event.cursor, ...(replayed ? { replayed } : {}) },
});

const bearer = (header: unknown): string | undefined =>
  typeof header === "string" ? header.replace(/^Bearer /, "") : undefined;
