//! The read snapshot of one request.

use crate::{a_database, tenant, visible_heads, write_head};

#[tokio::test]
async fn all_reads_of_a_request_see_the_same_state() {
    let db = a_database().await.tenants();
    let snapshot = db.snapshot(tenant(1));
    let before = visible_heads(&mut snapshot.lock().await.unwrap()).await;
    let mut tx = db.write(tenant(1)).await.unwrap();
    write_head(&mut tx, tenant(1), 7).await.unwrap();
    tx.commit().await.unwrap();

    let after = visible_heads(&mut snapshot.lock().await.unwrap()).await;
    snapshot.finish().await.unwrap();

    assert_eq!((before, after), (vec![], vec![]));
    let next_request = db.snapshot(tenant(1));
    assert_eq!(
        visible_heads(&mut next_request.lock().await.unwrap()).await,
        [7]
    );
}

#[tokio::test]
async fn a_snapshot_cannot_write() {
    let db = a_database().await.tenants();
    let snapshot = db.snapshot(tenant(1));

    let refused = write_head(&mut snapshot.lock().await.unwrap(), tenant(1), 7).await;

    assert!(refused.unwrap_err().to_string().contains("read-only"));
}

#[tokio::test]
async fn an_unused_snapshot_opens_no_connection() {
    let db = a_database().await.tenants();
    db.close().await;

    let snapshot = db.snapshot(tenant(1));

    snapshot.finish().await.unwrap();
    assert!(snapshot.lock().await.unwrap_err().is_unavailable());
}
