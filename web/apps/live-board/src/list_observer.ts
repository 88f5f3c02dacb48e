// What the lists report to the connection panel.

import type { LiveError, LiveEvent, LiveStatus } from "@shop-platform/live-client";

export interface ListObserver<Data> {
  event(data: Data, event: LiveEvent): void;
  status(status: LiveStatus): void;
  error(error: LiveError): void;
}
