//! Reads columns into the contract's types. A value that does not fit is a defect of this program or a damaged database.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;
use switchboard_contract::time::Timestamp;

use crate::problem::{ApiError, ApiResult};

/// An id.
///
/// # Errors
/// When the column does not hold one.
pub fn id<T: FromStr>(row: &AnyRow, name: &str) -> ApiResult<T> {
    row.try_get::<String, _>(name)?.parse().map_err(|_| damaged(name))
}

/// An id that may be absent.
///
/// # Errors
/// When the column holds something else.
pub fn maybe_id<T: FromStr>(row: &AnyRow, name: &str) -> ApiResult<Option<T>> {
    row.try_get::<Option<String>, _>(name)?
        .map(|text| text.parse().map_err(|_| damaged(name)))
        .transpose()
}

/// An instant.
///
/// # Errors
/// When the column does not hold one.
pub fn instant(row: &AnyRow, name: &str) -> ApiResult<Timestamp> {
    Ok(Timestamp::from_millis(row.try_get(name)?))
}

/// An instant that may be absent.
///
/// # Errors
/// When the column holds something else.
pub fn maybe_instant(row: &AnyRow, name: &str) -> ApiResult<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(name)?.map(Timestamp::from_millis))
}

/// A counter.
///
/// # Errors
/// When the column holds a negative number or none.
pub fn count(row: &AnyRow, name: &str) -> ApiResult<u64> {
    u64::try_from(row.try_get::<i64, _>(name)?).map_err(|_| damaged(name))
}

/// A counter that may be absent.
///
/// # Errors
/// When the column holds a negative number.
pub fn maybe_count(row: &AnyRow, name: &str) -> ApiResult<Option<u64>> {
    row.try_get::<Option<i64>, _>(name)?
        .map(|value| u64::try_from(value).map_err(|_| damaged(name)))
        .transpose()
}

/// A small number that may be absent.
///
/// # Errors
/// When the column holds a negative number, or one that is too large.
pub fn maybe_number(row: &AnyRow, name: &str) -> ApiResult<Option<u32>> {
    maybe_count(row, name)?
        .map(|value| u32::try_from(value).map_err(|_| damaged(name)))
        .transpose()
}

/// A yes or no.
///
/// # Errors
/// When the column holds something else.
pub fn flag(row: &AnyRow, name: &str) -> ApiResult<bool> {
    Ok(row.try_get::<i64, _>(name)? != 0)
}

/// An enum by its wire word, such as `open`.
///
/// # Errors
/// When the column holds no text.
pub fn word<T: DeserializeOwned>(row: &AnyRow, name: &str) -> ApiResult<T> {
    Ok(serde_json::from_value(serde_json::Value::String(
        row.try_get(name)?,
    ))?)
}

/// An enum by its wire word, where there is one.
///
/// # Errors
/// When the column holds something else.
pub fn maybe_word<T: DeserializeOwned>(row: &AnyRow, name: &str) -> ApiResult<Option<T>> {
    row.try_get::<Option<String>, _>(name)?
        .map(|word| Ok(serde_json::from_value(serde_json::Value::String(word))?))
        .transpose()
}

/// Stored JSON.
///
/// # Errors
/// When the column does not hold it.
pub fn json<T: DeserializeOwned>(row: &AnyRow, name: &str) -> ApiResult<T> {
    Ok(serde_json::from_str(&row.try_get::<String, _>(name)?)?)
}

/// The wire word of an enum, for storing.
///
/// # Errors
/// When the value does not travel as a string.
pub fn to_word<T: serde::Serialize>(value: &T) -> ApiResult<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        _ => Err(ApiError::internal("an enum that does not travel as a string")),
    }
}

/// What holds `text`, for `LIKE … ESCAPE '!'`: all of it is text, whatever means something to `LIKE`.
#[must_use]
pub fn holding(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A counter, for storing.
///
/// # Errors
/// When it is over what a database counts.
pub fn to_count(value: u64) -> ApiResult<i64> {
    i64::try_from(value).map_err(ApiError::internal)
}

fn damaged(name: &str) -> ApiError {
    ApiError::internal(format!("the column {name} holds a value that does not read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_is_text() {
        assert_eq!(holding("jane"), "%jane%");
        assert_eq!(holding("50%_off!"), "%50!%!_off!!%");
    }
}
