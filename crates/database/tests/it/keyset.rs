//! Pages of a list in both directions and orders.

use database::page::{Page, PageRequest};
use database::{Keyset, TenantTx};
use sqlx::QueryBuilder;

use crate::{a_database, tenant};

/// Ties in the first column are broken by the second.
const ROWS: &str =
    "SELECT * FROM (VALUES (1, 1), (1, 2), (2, 3), (3, 4)) AS rows (price, id) WHERE true";

type Row = (i32, i32);

async fn fetch(keyset: Keyset<'_>, request: PageRequest<Row>) -> Page<Row> {
    let mut tx: TenantTx<'_> = a_database().await.tenants().write(tenant(1)).await.unwrap();
    keyset
        .fetch(&mut tx, QueryBuilder::new(ROWS), &request, |values, key| {
            values.push_bind(key.0).push_bind(key.1);
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn pages_follow_each_other_in_both_directions() {
    let columns = ["price", "id"];
    let ascending = Keyset::ascending(&columns);
    let descending = Keyset::descending(&columns);

    let first = fetch(ascending, PageRequest::forward(2, None)).await;
    let second = fetch(ascending, PageRequest::forward(2, Some((1, 2)))).await;
    let back = fetch(ascending, PageRequest::backward(1, Some((2, 3)))).await;
    let newest = fetch(descending, PageRequest::forward(2, None)).await;
    let newer = fetch(descending, PageRequest::backward(2, Some((1, 1)))).await;

    assert_eq!((first.items, first.has_next), (vec![(1, 1), (1, 2)], true));
    assert_eq!(
        (second.items, second.has_next),
        (vec![(2, 3), (3, 4)], false)
    );
    assert_eq!((back.items, back.has_previous), (vec![(1, 2)], true));
    assert_eq!(
        (newest.items, newest.has_next),
        (vec![(3, 4), (2, 3)], true)
    );
    assert_eq!(
        (newer.items, newer.has_previous),
        (vec![(2, 3), (1, 2)], true)
    );
}
