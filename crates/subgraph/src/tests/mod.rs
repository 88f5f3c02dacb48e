mod internal_calls;
mod readiness;
mod sample;
mod settings;

use database::DatabaseConfig;
use event_cursor::CursorKeys;
use identity::ServiceName;
use service::Tasks;
use testkit::Identities;

use crate::{Core, CoreConfig};

fn a_core(database: DatabaseConfig, identities: &Identities) -> Core {
    let config = CoreConfig {
        database,
        keys_dir: identities.folder().to_owned(),
        cursor_keys: CursorKeys::random(),
    };
    Core::start(ServiceName::Orders, config, &Tasks::new()).unwrap()
}
