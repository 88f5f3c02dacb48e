//! Values of variables and arguments.

use apollo_compiler::Schema;
use apollo_compiler::executable::{Operation, Value};
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;

use super::error::RewriteError;

/// Variable values as clients send them.
pub type Variables = serde_json::Map<String, serde_json::Value>;

/// The values with defaults filled in, checked against their declared types.
pub fn coerce_variables(
    schema: &Valid<Schema>,
    operation: &Operation,
    variables: &Variables,
) -> Result<Valid<JsonMap>, RewriteError> {
    let values: JsonMap = variables
        .iter()
        .map(|(name, value)| (name.as_str().into(), JsonValue::from(value.clone())))
        .collect();
    coerce_variable_values(schema, operation, &values).map_err(|error| RewriteError::Variable {
        message: error.message().to_string(),
    })
}

/// A literal of the document as JSON, with variables replaced by their coerced values.
pub fn resolve_value(value: &Value, variables: &JsonMap) -> serde_json::Value {
    match value {
        Value::Variable(name) => {
            let value = variables.get(name.as_str());
            value
                .and_then(|value| serde_json::to_value(value).ok())
                .unwrap_or_default()
        }
        Value::Null => serde_json::Value::Null,
        Value::Enum(name) => name.as_str().into(),
        Value::String(text) => text.as_str().into(),
        Value::Boolean(flag) => (*flag).into(),
        Value::Int(number) => serde_json::from_str(number.as_str()).unwrap_or_default(),
        Value::Float(number) => serde_json::from_str(number.as_str()).unwrap_or_default(),
        Value::List(items) => items
            .iter()
            .map(|item| resolve_value(item, variables))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.to_string(), resolve_value(value, variables)))
            .collect(),
    }
}
