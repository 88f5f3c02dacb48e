//! Enums that are stored as text.

/// Makes enums columns of type `text`, also optional ones and lists. Their texts come from `strum`, so that the pure
/// model states them once, for SQL, logs and events:
///
/// ```
/// #[derive(Clone, Copy, strum::EnumString, strum::IntoStaticStr)]
/// #[strum(serialize_all = "snake_case")]
/// pub enum HoldState {
///     Held,
///     Released,
/// }
///
/// database::text_column!(HoldState);
/// ```
///
/// `sqlx::Type` can be derived as well, but then every connection looks up the type by its name first, and what needs
/// the text outside SQL writes it down again.
#[macro_export]
macro_rules! text_column {
    ($($name:ty),+ $(,)?) => {$(
        impl ::sqlx::Type<::sqlx::Postgres> for $name {
            fn type_info() -> ::sqlx::postgres::PgTypeInfo {
                <&str as ::sqlx::Type<::sqlx::Postgres>>::type_info()
            }

            fn compatible(found: &::sqlx::postgres::PgTypeInfo) -> bool {
                <&str as ::sqlx::Type<::sqlx::Postgres>>::compatible(found)
            }
        }

        impl ::sqlx::postgres::PgHasArrayType for $name {
            fn array_type_info() -> ::sqlx::postgres::PgTypeInfo {
                <&str as ::sqlx::postgres::PgHasArrayType>::array_type_info()
            }
        }

        impl ::sqlx::Encode<'_, ::sqlx::Postgres> for $name {
            fn encode_by_ref(
                &self,
                buffer: &mut ::sqlx::postgres::PgArgumentBuffer,
            ) -> Result<::sqlx::encode::IsNull, ::sqlx::error::BoxDynError> {
                let text: &'static str = (*self).into();
                ::sqlx::Encode::<::sqlx::Postgres>::encode(text, buffer)
            }
        }

        impl<'r> ::sqlx::Decode<'r, ::sqlx::Postgres> for $name {
            fn decode(
                value: ::sqlx::postgres::PgValueRef<'r>,
            ) -> Result<Self, ::sqlx::error::BoxDynError> {
                let text = <&str as ::sqlx::Decode<::sqlx::Postgres>>::decode(value)?;
                Ok(text.parse()?)
            }
        }
    )+};
}
