//! Lists the events of orders, oldest first. Staff see the tenant's events, a customer those of their own orders.

use database::TenantConnection;
use event_contracts::orders::OrderEventType;
use event_log::{EventFilter, EventPage, Position, ReadError};
use ids::{CustomerId, OrderId};

use super::access::OrderAccess;
use super::events::STREAM;

/// Selects events.
#[derive(Debug, Clone, Default)]
pub struct OrderEventFilter {
    /// Only events of this order: the id as sent by the client. A malformed id matches no event.
    pub order: Option<String>,
    pub types: Option<Vec<OrderEventType>>,
}

impl OrderEventFilter {
    /// The filter of the event log, restricted to the events that the caller may see.
    pub fn in_log(&self, access: OrderAccess) -> EventFilter {
        let types = self.types.as_deref().unwrap_or(OrderEventType::ALL).iter();
        let types = types.map(|one| one.event_type().to_owned()).collect();
        let subject_any = match (&self.order, access) {
            (_, OrderAccess::Nothing) => Some(Vec::new()),
            (Some(order), _) => Some(
                order
                    .parse::<OrderId>()
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            ),
            (None, OrderAccess::Own(customer)) => Some(vec![customer.to_string()]),
            (None, OrderAccess::Tenant) => None,
        };
        EventFilter {
            types: Some(types),
            subject_any,
        }
    }
}

/// Reads a page. Without `after` it begins at the oldest retained event.
pub async fn list_order_events(
    connection: &mut impl TenantConnection,
    access: OrderAccess,
    filter: &OrderEventFilter,
    after: Option<Position>,
    limit: u32,
) -> Result<EventPage, ReadError> {
    let filter = filter.in_log(access);
    let mut page = event_log::read_page(connection, STREAM, after, limit, &filter).await?;
    retain_visible(&mut page, access);
    Ok(page)
}

/// Removes events that the caller may not see: the log filter matches a single subject, and a filter by order does
/// not check the customer.
pub fn retain_visible(page: &mut EventPage, access: OrderAccess) {
    if let OrderAccess::Own(customer) = access {
        page.events
            .retain(|event| has_customer(&event.subjects, customer));
    }
}

fn has_customer(subjects: &[String], customer: CustomerId) -> bool {
    let customer = customer.to_string();
    subjects.contains(&customer)
}
