//! JSON within limits: how much memory a text may take once it is read, and how deep it may nest.
//!
//! Ten million empty lists are 30 MB of text and would be 240 MB of values, and an object of one field
//! takes ninety times its text. So values are weighed while they are read, and reading stops where
//! they exceed [`budget`]; nesting ends at the 128 levels of `serde_json`.
//!
//! One deviation from the format is accepted: Python's `json` writes a text that ends in the middle of an emoji as half
//! of a surrogate pair (`"\ud83d"`). A whole reply must not be lost for that, so the half becomes U+FFFD.

use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt;

/// What a value takes in a list that holds it, in bytes: lists keep room to grow.
const SLOT: usize = 2 * size_of::<Value>();
/// What a list takes with its first element: room for four, and what the allocator adds.
const LIST: usize = 4 * size_of::<Value>() + ALLOCATED;
/// What an object takes with its first field: one node of the tree, which has room for eleven.
const OBJECT: usize = 11 * (size_of::<String>() + size_of::<Value>()) + 32;
/// What each field takes: nodes are rarely less than six elevenths full.
const FIELD: usize = OBJECT / 6;
/// What the allocator adds to a piece of memory.
const ALLOCATED: usize = 16;

/// Why a text could not be read.
#[derive(Debug)]
pub enum Unread {
    /// It takes more memory than the budget.
    TooLarge,
    /// It is not JSON, or it nests too deep.
    Malformed(serde_json::Error),
}

/// How many bytes the values of one text may take where the text may have `limit` bytes. The text, its
/// values and those that the client still holds of the text before are together at most four times
/// the limit.
pub fn budget(limit: usize) -> usize {
    limit.saturating_add(limit / 2)
}

/// Reads `bytes`, whose values may take `budget` bytes. Halves of surrogate pairs are replaced in place. The
/// error is that of the JSON as it came.
pub fn read(bytes: &mut [u8], budget: usize) -> Result<Value, Unread> {
    read_once(bytes, budget).or_else(|error| match error {
        Unread::Malformed(_) if replace_halves(bytes) => read_once(bytes, budget),
        error => Err(error),
    })
}

fn read_once(bytes: &[u8], budget: usize) -> Result<Value, Unread> {
    let left = Cell::new(Some(budget));
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Weighed(&left).deserialize(&mut reader);
    match value.and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(_) if left.get().is_none() => Err(Unread::TooLarge),
        Err(error) => Err(Unread::Malformed(error)),
    }
}

/// What a value takes, in bytes, as [`read`] weighs it.
pub fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => weight_of_text(text),
        Value::Array(items) if items.is_empty() => 0,
        Value::Array(items) => LIST + items.iter().map(|item| SLOT + weight(item)).sum::<usize>(),
        Value::Object(fields) if fields.is_empty() => 0,
        Value::Object(fields) => {
            let field =
                |(key, value): (&String, &Value)| FIELD + weight_of_text(key) + weight(value);
            OBJECT + fields.iter().map(field).sum::<usize>()
        }
    }
}

fn weight_of_text(text: &str) -> usize {
    if text.is_empty() {
        0
    } else {
        text.len() + ALLOCATED
    }
}

/// A value that takes its weight out of what is left; `None` once that was not enough.
#[derive(Clone, Copy)]
struct Weighed<'a>(&'a Cell<Option<usize>>);

impl Weighed<'_> {
    fn take<E: serde::de::Error>(self, bytes: usize) -> Result<(), E> {
        let left = self.0.get().and_then(|left| left.checked_sub(bytes));
        self.0.set(left);
        left.map(drop)
            .ok_or_else(|| E::custom("it takes too much memory"))
    }
}

impl<'de> DeserializeSeed<'de> for Weighed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Weighed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.take(weight_of_text(value))?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        self.take(weight_of_text(&value))?;
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            if list.is_empty() {
                self.take::<A::Error>(LIST)?;
            }
            self.take::<A::Error>(SLOT)?;
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            if map.is_empty() {
                self.take::<A::Error>(OBJECT)?;
            }
            self.take::<A::Error>(FIELD + weight_of_text(&key))?;
            let value = fields.next_value_seed(self)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// Replaces every half of a surrogate pair; `false` where there is none.
fn replace_halves(bytes: &mut [u8]) -> bool {
    let mut is_changed = false;
    let mut at = 0;
    while let Some(next) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|&byte| byte == b'\\'))
    {
        at += next;
        at += match (unit(bytes, at), unit(bytes, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                bytes[at..at + 6].copy_from_slice(b"\\ufffd");
                is_changed = true;
                6
            }
            // Any other escape: the character behind the backslash may be one itself.
            _ => 2,
        };
    }
    is_changed
}

/// The UTF-16 unit that stands at `at` as `\uXXXX`.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let text = std::str::from_utf8(digits).ok()?;
    u32::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read_within(text: &str, budget: usize) -> Result<Value, Unread> {
        read(&mut text.as_bytes().to_vec(), budget)
    }

    #[test]
    fn half_a_surrogate_pair_becomes_a_replacement_character() {
        for (sent, expected) in [
            (r#""a\ud83d""#, "a\u{fffd}"),
            (r#""\ude00b""#, "\u{fffd}b"),
            (r#""\ud83d\ud83d\ude00\ude00""#, "\u{fffd}😀\u{fffd}"),
            (r#""\\ud83d \ud83d\n""#, "\\ud83d \u{fffd}\n"),
        ] {
            assert_eq!(
                read_within(sent, 1000).ok(),
                Some(json!(expected)),
                "{sent}"
            );
        }
    }

    #[test]
    fn what_is_no_json_stays_an_error() {
        for sent in [
            "",
            "{",
            r#""\ud83d"#,
            r#""\ud8"#,
            "\"\\",
            "\"\\x\"",
            "\"\\ud83d\" x",
        ] {
            let read = read_within(sent, 1000);
            assert!(matches!(read, Err(Unread::Malformed(_))), "{sent}");
        }
    }

    #[test]
    fn many_small_values_are_refused_by_what_they_take_and_not_by_their_text() {
        let budget = 1 << 20;
        let lists = format!("[{}]", vec!["[]"; 100_000].join(","));
        let objects = format!("[{}]", vec![r#"{"a":1}"#; 2_000].join(","));
        let fields: Vec<String> = (0..20_000).map(|at| format!(r#""{at}":0"#)).collect();
        let fields = format!("{{{}}}", fields.join(","));
        for text in [lists, objects, fields] {
            assert!(text.len() < budget);
            assert!(matches!(read_within(&text, budget), Err(Unread::TooLarge)));
        }
        let text = json!("x".repeat(budget - 100)).to_string();
        assert!(read_within(&text, budget).is_ok());
        assert!(matches!(
            read_within(&text, budget / 2),
            Err(Unread::TooLarge)
        ));
    }

    #[test]
    fn nesting_without_an_end_is_refused() {
        for open in ["[", r#"{"a":"#] {
            let read = read_within(&open.repeat(1_000_000), usize::MAX);
            assert!(matches!(read, Err(Unread::Malformed(_))));
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|number| json!(number)),
            any::<u64>().prop_map(|number| json!(number)),
            (-1e9..1e9).prop_map(|number: f64| json!(number)),
            "[a-z\u{e9}\"\\\\]{0,9}".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map("[a-z]{0,5}", inner, 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_fits_is_read_as_it_is_and_takes_what_was_weighed(value in any_json()) {
            let text = value.to_string();
            let weight = weight(&value);
            // Not the value itself: a fraction may lose its last bit on the way to text and back.
            let expected = serde_json::from_str::<Value>(&text).ok();
            prop_assert_eq!(read_within(&text, weight).ok(), expected);
            if weight > 0 {
                prop_assert!(matches!(read_within(&text, weight - 1), Err(Unread::TooLarge)));
            }
        }
    }
}
