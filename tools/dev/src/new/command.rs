//! `new command`: a mutation with its operation, its field, its tests and its case of tenant isolation.

use anyhow::{Result, bail};

use super::field::Field;
use super::name::Name;
use super::place::Place;
use super::store;
use super::template::Values;
use super::tree::Tree;

const COMMAND: &str = include_str!("templates/command/command.rs.txt");
const IDEMPOTENT: &str = include_str!("templates/command/idempotent.rs.txt");
const DECIDE: &str = include_str!("templates/command/decide.rs.txt");
const RULES: &str = include_str!("templates/command/rules.rs.txt");
const GRAPHQL: &str = include_str!("templates/command/graphql.rs.txt");
const FIELD: &str = include_str!("templates/command/field.rs.txt");
const TEST: &str = include_str!("templates/command/test.rs.txt");
const ISOLATION: &str = include_str!("templates/command/isolation.rs.txt");
const INSERT: &str = include_str!("templates/table/insert.rs.txt");
const LOCK: &str = include_str!("templates/table/lock.rs.txt");
const UPDATE: &str = include_str!("templates/table/update.rs.txt");
/// Verbs of commands that make something new; every other one changes what exists.
const CREATING: [&str; 4] = ["add", "create", "open", "register"];

/// A mutation to be written.
pub struct Command<'a> {
    /// Its noun is the entity of the place.
    pub name: &'a Name,
    /// Whether a retry with the same key gets the reply of the first request.
    pub idempotent: bool,
}

/// Adds a mutation to a feature.
pub fn add(tree: &mut Tree, place: &Place, command: &Command<'_>) -> Result<()> {
    place.check(tree)?;
    let (verb, _) = command.name.verb_and_noun()?;
    let creates = creates(&verb);
    let named = store::has_name(tree, place)?;
    if creates && !named {
        bail!(
            "only an entity with a `name` can be created by a skeleton: copy `create` of another feature"
        );
    }
    if command.idempotent {
        check_idempotency(tree, place)?;
    }
    let values = values(place, command, &verb, named);
    add_operation(tree, place, command, &values)?;
    if creates {
        store::need(tree, place, &format!("insert_{}", place.entity), INSERT)?;
    } else {
        store::need(tree, place, &format!("lock_{}", place.entity), LOCK)?;
        store::need(tree, place, &format!("update_{}", place.entity), UPDATE)?;
    }
    Field {
        root: "Mutation",
        items: GRAPHQL,
        method: FIELD,
    }
    .add(tree, place, &values)?;
    let rows = format!("pub async fn insert_{}(", place.entity);
    let tests = place.test("mod.rs");
    if !tree.read(&tests)?.contains(&rows) {
        bail!("{tests} has no `{rows}…)`, with which the tests make a row of a tenant");
    }
    place.add_test(tree, &command.name.snake(), values.render(TEST)?)?;
    let case = values.render(ISOLATION)?;
    place.add_isolation(tree, "Mutation", command.name, case)
}

fn values(place: &Place, command: &Command<'_>, verb: &Name, named: bool) -> Values {
    let name = command.name;
    let verbs = verb.plural();
    let creates = creates(verb);
    let key = if command.idempotent {
        "\"idempotencyKey\": \"k1\", "
    } else {
        ""
    };
    let input = |id: &str, name: &str| {
        let id = Some(format!("\"id\": {id}")).filter(|_| !creates);
        let name = Some(format!("\"name\": \"{name}\"")).filter(|_| named);
        let fields: Vec<String> = id.into_iter().chain(name).collect();
        format!("{key}{}", fields.join(", "))
    };
    place
        .values()
        .with("Command", name.pascal())
        .with("command", name.snake())
        .with("commandField", name.camel())
        .with("verbs", verbs.snake())
        .with("Verbs", verbs.sentence())
        .with("Input_doc", input_description(place, creates))
        .with("selection", if named { "id name" } else { "id" })
        .with("input", input("id", "Second"))
        .with("other_input", input("id", "Third"))
        .with("unknown_input", input("\"nonsense\"", "Second"))
        .with("unnamed_input", input("id", ""))
        .flag("creates", creates)
        .flag("changes", !creates)
        .flag("named", named)
        .flag("idempotent", command.idempotent)
}

fn creates(verb: &Name) -> bool {
    CREATING.contains(&verb.snake().as_str())
}

fn input_description(place: &Place, creates: bool) -> String {
    let entity = place.entity.prose();
    if creates {
        format!("The new {entity}.")
    } else {
        format!("The {entity} and the change.")
    }
}

/// The operation, and the tests of its rule.
fn add_operation(
    tree: &mut Tree,
    place: &Place,
    command: &Command<'_>,
    values: &Values,
) -> Result<()> {
    let name = command.name.snake();
    let operation = if command.idempotent {
        IDEMPOTENT
    } else {
        COMMAND
    };
    let text = values.render(operation)? + &values.render(DECIDE)?;
    tree.create(&place.source(&format!("{name}.rs")), text)?;
    place.add_module(tree, &name)?;
    if !values.has("named") {
        return Ok(());
    }
    let tests = place.source("tests.rs");
    let is_new = !tree.exists(&tests);
    tree.merge(&tests, values.render(RULES)?)?;
    if is_new {
        place.add_test_module(tree)?;
    }
    Ok(())
}

/// Fails unless the subgraph can run idempotent commands.
fn check_idempotency(tree: &Tree, place: &Place) -> Result<()> {
    let app = place.member_file("src/app.rs");
    if !tree.read(&app)?.contains(" idempotency: Idempotency,") {
        bail!(
            "{app} has no field `idempotency: Idempotency`: docs/recipes/add-a-mutation.md says what the first one needs"
        );
    }
    let load = format!("fn load_{}_by_ids(", place.entity.plural());
    place.find(tree, "store", &load).map(drop)
}
