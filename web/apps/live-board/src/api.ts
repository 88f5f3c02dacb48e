// GraphQL documents of the board, and the types of their results.

export interface Money {
  amount: string;
  currencyCode: string;
}

export interface Order {
  id: string;
  number: string;
  status: string;
  paymentStatus: string;
  placedAt: string;
  email: string;
  total: Money;
  lines: { name: string; quantity: number }[];
}

export interface OrderEvent {
  id: string;
  type: string;
  occurredAt: string;
  order: Order;
}

export interface OrderList {
  nodes: Order[];
  totalCount: number;
  eventCursor: string;
}

export interface StockEvent {
  id: string;
  type: string;
  occurredAt: string;
  delta: number;
  available: number;
  variant: { id: string; sku: string; name: string; product: { name: string } };
  warehouse: { code: string };
}

export interface Shop {
  name: string;
}

const ORDER = `id number status paymentStatus placedAt email total { amount currencyCode } lines { name quantity }`;

export const SHOP = `query Shop { shop { name } }`;

export const ORDERS = `query Orders { orders(first: 20) { nodes { ${ORDER} } totalCount eventCursor } }`;

export const WATCH_ORDERS = `subscription WatchOrders($after: String) {
  orderEvents(after: $after) { id type occurredAt order { ${ORDER} } }
}`;

export const WATCH_STOCK = `subscription WatchStock($after: String) {
  stockEvents(after: $after) {
    id type occurredAt delta available variant { id sku name product { name } } warehouse { code }
  }
}`;
