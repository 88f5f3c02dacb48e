//! The events of orders, oldest first: staff see the shop's, a customer those of their own orders.

use database::TenantConnection;
use event_log::{EventFilter, EventPage, Position, ReadError};
use ids::{CustomerId, OrderId};

use super::access::OrderAccess;
use super::events::{OrderEventType, STREAM};

/// Which events a reader wants.
#[derive(Debug, Clone, Default)]
pub struct OrderEventFilter {
    /// Of one order, by its id as the client wrote it; what is no id has no events.
    pub order: Option<String>,
    pub types: Option<Vec<OrderEventType>>,
}

impl OrderEventFilter {
    /// The filter of the log, narrowed to what the caller may see.
    pub fn in_log(&self, access: OrderAccess) -> EventFilter {
        let types = match &self.types {
            Some(types) => types.iter().map(|one| one.as_str().to_owned()).collect(),
            None => OrderEventType::ALL
                .iter()
                .map(|one| one.as_str().to_owned())
                .collect(),
        };
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
            (None, OrderAccess::Shop) => None,
        };
        EventFilter {
            types: Some(types),
            subject_any,
        }
    }
}

/// Reads a page. `None` begins with the oldest event that is kept.
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

/// The log matches one subject; a customer's event must bear the customer as well.
pub fn retain_visible(page: &mut EventPage, access: OrderAccess) {
    if let OrderAccess::Own(customer) = access {
        page.events.retain(|event| is_of(&event.subjects, customer));
    }
}

fn is_of(subjects: &[String], customer: CustomerId) -> bool {
    let customer = customer.to_string();
    subjects.contains(&customer)
}
