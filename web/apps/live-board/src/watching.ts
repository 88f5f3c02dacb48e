// What the lists tell the connection's panel.

import type { LiveError, LiveEvent, LiveStatus } from "@shop-platform/live-client";

export interface Watching<Happened> {
  event(happened: Happened, event: LiveEvent): void;
  status(status: LiveStatus): void;
  error(error: LiveError): void;
}
