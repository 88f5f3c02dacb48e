//! The statement count that the budgets of requests are checked with.

use database::statements::counted;

use crate::{a_database, tenant, visible_heads, write_head};

#[tokio::test]
async fn counts_the_statements_of_one_request() {
    let db = a_database().await.tenants();

    let request = async {
        let mut tx = db.write(tenant(1)).await.unwrap();
        write_head(&mut tx, tenant(1), 7).await.unwrap();
        visible_heads(&mut tx).await;
        tx.commit().await.unwrap();
    };
    let ((), tally) = counted(request).await;

    assert_eq!(tally.statements(), 2);
    assert!(tally.elapsed().as_micros() > 0);
}
