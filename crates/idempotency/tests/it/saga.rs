use std::time::Duration;

use database::TenantTx;
use idempotency::{Claimed, Finished, Idempotency, Request, SavedReply, claim, finish, free};
use service::{Clock as _, Deadline};
use uuid::Uuid;

use crate::world::{World, request, soon};

const SAGA: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);
const THIRD: Uuid = Uuid::from_u128(3);

async fn begin(world: &World) -> TenantTx<'static> {
    let tenant = request("k", "input").tenant;
    world.database.tenants().write(tenant).await.unwrap()
}

async fn claim_all(world: &World, claims: &[(&Request, Uuid)]) -> Vec<Claimed> {
    let mut tx = begin(world).await;
    let claimed = claim(&mut tx, claims, world.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    claimed
}

async fn saved(process: &Idempotency, request: &Request) -> SavedReply<String> {
    process.saved_reply(request, soon()).await.unwrap()
}

#[tokio::test]
async fn a_key_is_claimed_by_one_saga() {
    let world = World::new().await;
    let (first, second) = (request("k", "input"), request("l", "input"));

    assert_eq!(claim_all(&world, &[(&first, SAGA)]).await, [Claimed::Now]);
    let claims = [(&second, OTHER), (&first, THIRD), (&first, SAGA)];
    let claimed = claim_all(&world, &claims).await;

    assert_eq!(claimed, [Claimed::Now, Claimed::No, Claimed::Before]);
}

#[tokio::test]
async fn a_repeat_waits_until_the_saga_has_finished() {
    let world = World::new().await;
    let process = world.process();
    let request = request("k", "input");
    claim_all(&world, &[(&request, SAGA)]).await;

    let impatient = Deadline::after(Duration::from_millis(120));
    let failed = process.saved_reply::<String>(&request, impatient).await;
    assert_eq!(failed.unwrap_err().code(), "SERVICE_UNAVAILABLE");
    let finishing = async {
        let finished = |subject| Finished {
            key: &request.key,
            subject: Some(subject),
            reply: if subject == SAGA {
                &"done"
            } else {
                &"of another saga"
            },
        };
        let mut tx = begin(&world).await;
        let now = world.clock.now();
        finish(&mut tx, &[finished(OTHER), finished(SAGA)], now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    };
    let (reply, ()) = tokio::join!(saved(&process, &request), finishing);

    assert_eq!(reply, SavedReply::Found("done".to_owned()));
    let other_input = crate::world::request("k", "other");
    assert_eq!(saved(&process, &other_input).await, SavedReply::Conflict);
}

#[tokio::test]
async fn only_the_saga_that_runs_frees_its_key() {
    let world = World::new().await;
    let process = world.process();
    let request = request("k", "input");
    claim_all(&world, &[(&request, SAGA)]).await;

    for (subject, keys) in [(OTHER, 1), (SAGA, 0)] {
        let mut tx = begin(&world).await;
        free(&mut tx, &request.key, subject).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(world.keys().await, keys);
    }

    assert_eq!(saved(&process, &request).await, SavedReply::None);
}
