// The tabs that are open at first. Each works as it is, in every demo shop.

import { guestOf } from "../../../shared/account.ts";
import { demoOrderInput } from "../../../shared/demo_order.ts";
import { TENANT } from "./caller.ts";

interface Example {
  query: string;
  variables?: string;
}

const PRODUCTS = `# Ctrl-Enter runs it, Ctrl-Space completes,
# Ctrl-click opens the documentation.
query Products {
  products(first: 5) {
    nodes {
      name
      slug
      variants {
        id
        sku
        available
        price {
          amount
          currencyCode
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`;

const PLACE_ORDER = `# Run again with the same idempotencyKey,
# it returns the same order.
mutation PlaceOrder($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    order {
      number
      status
      total {
        amount
        currencyCode
      }
    }
    userErrors {
      code
      message
      field
    }
  }
}
`;

const WATCH_ORDERS = `# For staff: sign in, run it, then place a demo order.
# The pane on the right shows the last event.
subscription WatchOrders {
  orderEvents {
    cursor
    type
    occurredAt
    order {
      number
      status
      total {
        amount
        currencyCode
      }
    }
  }
}
`;

const WATCH_STOCK = `# For staff, like WatchOrders.
subscription WatchStock {
  stockEvents {
    type
    delta
    available
    variant {
      sku
      name
    }
    warehouse {
      code
    }
  }
}
`;

const ORDERS = `# For staff.
query Orders {
  orders(first: 10) {
    nodes {
      number
      status
      placedAt
      total {
        amount
      }
      lines {
        sku
        quantity
      }
    }
    eventCursor
  }
}
`;

const VIEWER = `# Whom the platform takes you for.
query Viewer {
  shop {
    name
    defaultCurrency
    locales
  }
  viewer {
    customer {
      email
      name
    }
    staff {
      email
      role
    }
    permissions
  }
}
`;

/** The example order is of something that the tenant has in stock. */
export async function examples(): Promise<Example[]> {
  return [
    { query: PRODUCTS },
    { query: PLACE_ORDER, variables: await orderVariables() },
    { query: WATCH_ORDERS },
    { query: ORDERS },
    { query: WATCH_STOCK },
    { query: VIEWER },
  ];
}

async function orderVariables(): Promise<string> {
  try {
    return JSON.stringify({ input: await demoOrderInput(guestOf(TENANT)) }, null, 2);
  } catch {
    // The page is useful without it, for instance while catalog is unavailable: running the example names the problem.
    return JSON.stringify({ input: {} }, null, 2);
  }
}
